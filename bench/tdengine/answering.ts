/**
 * A server that reads statements and only answers, as a process of its own: what is measured against it is the rate at
 * which they are produced. It knows one database and one super table. Its first line of output is its URL.
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

const ANSWERS: readonly (readonly [RegExp, string])[] = [
  [/ins_databases/, '[["bench","ms","3650d,3650d,3650d"]]'],
  [
    /^DESCRIBE/,
    '[["ts","TIMESTAMP",8,""],["current","DOUBLE",8,""],["voltage","INT",4,""],["state","VARCHAR",32,""],["id","INT",4,"TAG"],["hall","VARCHAR",16,"TAG"]]',
  ],
  [/^SELECT DISTINCT/, '[]'],
];

const server = http.createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const body = Buffer.concat(parts);
    const zipped = request.headers['content-encoding'] === 'gzip';
    // Inserts of many rows are zipped, and nobody wants to know what stands in them.
    const sql = zipped && body.length > 16_384 ? 'INSERT' : (zipped ? gunzipSync(body) : body).toString('utf8', 0, 200);
    const data = ANSWERS.find(([pattern]) => pattern.test(sql))?.[1] ?? '[[0]]';
    response.end(`{"code":0,"column_meta":[],"data":${data},"rows":1}`);
  });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
