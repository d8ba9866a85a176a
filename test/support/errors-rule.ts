/** An export's rule with nothing but what a rule must have. */
export const RULE = `kind: export
name: errors
source:
  bucket: my-logs
  prefix: access/
  format: csv
  csv: { header: use }
select: SELECT s.id, s.status FROM S3Object s WHERE s.status >= 500
kafka:
  connection: main
  topic: errors
  delivery: at-least-once
`;
