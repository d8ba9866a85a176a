import type { Explanation } from '../select/index.ts';
import { printable } from './table.ts';

const FILTERS: Readonly<Record<NonNullable<Explanation['filter']>, string>> = {
  bytes: "on the record's bytes; no value is made",
  mixed: "partly on the record's bytes, partly on values made of them",
  values: 'on values made of its columns',
};

/** What a query needs of each record, as a person reads it. */
export function explainLines({ columns, filter, aggregates, limit }: Explanation): string[] {
  return [
    `columns  ${columns === undefined ? 'all' : columns.length === 0 ? 'none' : columns.map(printable).join(', ')}`,
    `filter   ${filter === undefined ? 'none: every record gives a row' : FILTERS[filter]}`,
    `state    ${aggregates.length === 0 ? 'none: rows leave as they are found' : `${aggregates.join(', ')}: a value each; the one row leaves at the end`}`,
    `limit    ${limit === undefined ? 'none: read to the end' : `${limit}: reading ends with the last row`}`,
  ];
}
