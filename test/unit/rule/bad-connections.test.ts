import { validateProject } from '../../../lib/rule/index.ts';
import { RULE } from '../../support/errors-rule.ts';
import { project, told } from './project.ts';

const SERVER = 'host: db.example.com, database: ops';

function problems(connections: string): readonly string[] {
  const text = `kafka: { main: { brokers: ['127.0.0.1:9092'] } }\n${connections}\n`;
  return validateProject(project([RULE], {}, text), 'local').map(told);
}

test.each([
  [
    'a password from nowhere',
    `postgres: { warehouse: { ${SERVER} } }`,
    'connections.yml:2:13 postgres.warehouse.secret is missing, expected one with auth: password',
  ],
  [
    'a token for nobody',
    `postgres: { warehouse: { ${SERVER}, auth: iam, tls: require, resourceId: db-ABC } }`,
    'connections.yml:2:13 postgres.warehouse.username is missing, expected one with auth: iam',
  ],
  [
    'a token in the clear',
    `postgres: { warehouse: { ${SERVER}, auth: iam, username: u, resourceId: db-ABC } }`,
    'connections.yml:2:13 postgres.warehouse.tls is missing, expected require or verify-full with auth: iam',
  ],
  [
    'a resource by its name',
    `postgres: { warehouse: { ${SERVER}, auth: iam, tls: require, username: u, resourceId: warehouse } }`,
    'connections.yml:2:113 postgres.warehouse.resourceId: expected a resource id of RDS: db-…, cluster-…, or prx-… for a proxy',
  ],
  [
    'a token in a URL',
    "tdengine: { plant: { url: 'https://td.example.com?token=x', secret: s } }",
    'connections.yml:2:27 tdengine.plant.url: expected a URL such as https://td.example.com:6041, without a password or token',
  ],
])('%s', (_about, connections, message) => {
  expect(problems(connections)).toEqual([message]);
});

test.each([
  ['IAM', `postgres: { warehouse: { ${SERVER}, auth: iam, tls: require, username: u, resourceId: prx-0abc } }`],
  ['a client certificate', `postgres: { warehouse: { ${SERVER}, secret: s, tls: verify-full, clientCertificate: c } }`],
  ['TDengine Cloud', "tdengine: { plant: { url: 'https://gw.cloud.example.com', auth: token, secret: s } }"],
])('%s is right', (_about, connections) => {
  expect(problems(connections)).toEqual([]);
});
