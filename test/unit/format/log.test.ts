import { createReader } from '../../../lib/format/create.ts';
import type { LogPreset } from '../../../lib/format/options.ts';
import { Field, Step, type TextReader } from '../../../lib/format/reader.ts';

/** The first record (or failure) of a log, by column name; columns that are absent are left out. */
function firstOf(preset: LogPreset, text: string): Record<string, string> {
  const reader = createReader({ kind: 'log', preset }) as TextReader;
  reader.push(Buffer.from(text));
  reader.end();
  const step = reader.next();
  if (step === Step.BAD) return { code: reader.failure!.code, reason: reader.failure!.reason };
  const row: Record<string, string> = {};
  for (let i = 0; i < reader.count(); i++) {
    if (reader.field(i) === Field.ABSENT) continue;
    row[reader.header?.[i] ?? `_${i + 1}`] = Buffer.from(reader.bytes.subarray(reader.from, reader.to)).toString();
  }
  return row;
}

const s3 =
  '79a5 my-bucket [06/Feb/2026:00:00:38 +0000] 192.0.2.3 79a5 3E57427F REST.GET.OBJECT a%20b.csv "GET /my-bucket/a%20b.csv HTTP/1.1" 200 - 113 - 7 6 "-" "agent ("x") 1.0" - s9lz= SigV4 ECDHE AuthHeader my-bucket.s3.amazonaws.com TLSv1.2 - Yes us-east-1 new';
const alb =
  'https 2026-07-02T22:23:00.186641Z app/lb/50dc 192.168.131.39:2817 10.0.0.1:80 0.086 0.048 0.037 200 200 0 57 "GET https://www.example.com:443/ HTTP/1.1" "curl/7.46.0" ECDHE TLSv1.2 arn:tg "Root=1-58" "www.example.com" "arn:cert" 1 2026-07-02T22:22:48.364000Z "authenticate,forward" "-" "-" "10.0.0.1:80" "200" "-" "-" TID_123';

describe('log presets', () => {
  test('s3-access-log: time in brackets, quotes in quotes, what is new by its place', () => {
    expect(firstOf('s3-access-log', `${s3}\n`)).toEqual({
      bucketowner: '79a5',
      bucket_name: 'my-bucket',
      requestdatetime: '06/Feb/2026:00:00:38 +0000',
      remoteip: '192.0.2.3',
      requester: '79a5',
      requestid: '3E57427F',
      operation: 'REST.GET.OBJECT',
      key: 'a%20b.csv',
      request_uri: 'GET /my-bucket/a%20b.csv HTTP/1.1',
      httpstatus: '200',
      bytessent: '113',
      totaltime: '7',
      turnaroundtime: '6',
      useragent: 'agent ("x") 1.0',
      hostid: 's9lz=',
      sigv: 'SigV4',
      ciphersuite: 'ECDHE',
      authtype: 'AuthHeader',
      endpoint: 'my-bucket.s3.amazonaws.com',
      tlsversion: 'TLSv1.2',
      aclrequired: 'Yes',
      sourceregion: 'us-east-1',
      _28: 'new',
    });
  });

  test('alb: every documented field', () => {
    expect(firstOf('alb', `${alb}\n`)).toMatchObject({
      type: 'https',
      'client:port': '192.168.131.39:2817',
      request: 'GET https://www.example.com:443/ HTTP/1.1',
      elb_status_code: '200',
      actions_executed: 'authenticate,forward',
      'target:port_list': '10.0.0.1:80',
      conn_trace_id: 'TID_123',
    });
  });

  test.each([' ', '\t'])('cos-access-log, fields separated by %j', (separator) => {
    const fields = [
      '1.0',
      'logs-125',
      'ap-guangzhou',
      '2026-11-20T10:12:55Z',
      's3',
      'GetObject',
      '10.0.0.7',
      'AKID',
      '-',
      '0',
      '0',
      '/a',
      'GET',
      'agent',
      '200',
      '-',
      '-',
      '1024',
      '12',
      'USER',
      'STANDARD',
      '100',
      '11',
      '100:100',
      'NWFk',
      '1024',
      '-',
      '-',
      '-',
      '"/a"',
      'more',
    ];
    expect(firstOf('cos-access-log', `${fields.join(separator)}\n`)).toMatchObject({
      eventVersion: '1.0',
      eventTime: '2026-11-20T10:12:55Z',
      resHttpCode: '200',
      requestUri: '"/a"',
      _31: 'more',
    });
  });

  test('cloudfront: the names of its #Fields line', () => {
    const row = firstOf(
      'cloudfront',
      '#Version: 1.0\n#Fields: date time cs(User-Agent) sc-status\n2026-11-20\t10:12:55\tMozilla/5.0%20(X)\t-\n',
    );
    expect(row).toEqual({ date: '2026-11-20', time: '10:12:55', 'cs(User-Agent)': 'Mozilla/5.0%20(X)' });
  });

  test('vpc-flow: the names of its first line, or the default ones', () => {
    expect(firstOf('vpc-flow', 'srcaddr pkt-dstaddr\n10.0.0.1 -\n')).toEqual({ srcaddr: '10.0.0.1' });
    expect(firstOf('vpc-flow', '2 123 eni-1 10.0.0.1 10.0.0.2 1 2 6 1 40 1 2 ACCEPT OK\n')).toMatchObject({
      version: '2',
      'log-status': 'OK',
    });
  });

  test.each<[LogPreset, string, string]>([
    ['s3-access-log', 'a b [06/Feb', 'the bracket at byte 4 is not closed in its line'],
    ['alb', 'https "GET', 'the quote at byte 6 is not closed in its line'],
    ['alb', 'a b c', 'the line has 3 fields, a line of alb at least 17'],
    ['vpc-flow', '2 3', 'the line has 2 fields, a line of vpc-flow at least 14'],
  ])('%s: a line that does not fit is bad: %s', (preset, line, reason) => {
    expect(firstOf(preset, `${line}\n`)).toEqual({ code: 'LogParsingError', reason });
  });
});
