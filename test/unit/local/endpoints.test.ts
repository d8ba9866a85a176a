import { endpointsOf, environmentOf, functionEnvironmentOf } from '../../../local/endpoints.ts';
import { ports } from '../../../local/ports.ts';

const source = { folder: '/stack', ports: ports(), environment: {} };

test('what the environment gives is used as it is, and only for the part that it names', () => {
  const environment = { KAFKA_BROKERS: 'a:9092, b:9092', REDIS_URL: 'rediss://:secret@cache:6379' };
  const endpoints = endpointsOf(['kafka', 'redis', 'postgres'], { ...source, environment });
  const brokers = ['a:9092', 'b:9092'];
  expect(endpoints.kafka).toEqual({ brokers, brokersForFunctions: brokers });
  expect(endpoints.redis?.url).toBe('rediss://:secret@cache:6379');
  expect(endpoints.postgres?.url).toContain('127.0.0.1:5432');
  expect(endpoints).not.toHaveProperty('aws');
});

test('credentials of the environment go to a given AWS endpoint only', () => {
  const environment = { AWS_ACCESS_KEY_ID: 'mine', AWS_SECRET_ACCESS_KEY: 'my-secret', AWS_REGION: 'eu-west-1' };
  expect(endpointsOf(['aws'], { ...source, environment }).aws).toEqual({
    url: 'http://127.0.0.1:4566',
    region: 'us-east-1',
    accessKeyId: 'test',
    secretAccessKey: 'test',
  });
  const given = { ...environment, AWS_ENDPOINT_URL: 'http://elsewhere:4566' };
  expect(endpointsOf(['aws'], { ...source, environment: given }).aws).toMatchObject({
    url: 'http://elsewhere:4566',
    region: 'eu-west-1',
    accessKeyId: 'mine',
  });
});

test('in containers one server is both AWS endpoints, and functions reach Kafka under its name there', () => {
  const { aws, localstack } = endpointsOf(['aws', 'localstack'], source, true);
  expect(localstack).toEqual(aws);
  const inside = endpointsOf(['kafka'], source, true);
  expect(functionEnvironmentOf(inside)['KAFKA_BROKERS']).toBe('kafka:19092');
  expect(environmentOf(inside)['KAFKA_BROKERS']).toBe('127.0.0.1:9092');
  expect(endpointsOf(['localstack'], source).localstack?.url).toBe('http://127.0.0.1:4567');
});

test('an empty variable gives nothing', () => {
  expect(endpointsOf(['kafka'], { ...source, environment: { KAFKA_BROKERS: '' } }).kafka?.secured).toBeDefined();
});

test('the variables for a shell name what runs, and nothing else', () => {
  expect(environmentOf(endpointsOf(['kafka', 'redis'], source))).toEqual({
    KAFKA_BROKERS: '127.0.0.1:9092',
    REDIS_URL: 'redis://127.0.0.1:6379',
  });
});

test.each([
  ['the stack', {}, '127.0.0.1', '5432', 'postgres', { username: 'sluice', password: 'sluice-password' }],
  [
    'a server of the user',
    { POSTGRES_URL: 'postgres://me:p%40ss@db.example.com:6432/ops' },
    'db.example.com',
    '6432',
    'ops',
    { username: 'me', password: 'p@ss' },
  ],
  [
    'a URL that leaves out what is usual',
    { POSTGRES_URL: 'postgres://me:pass@db.example.com' },
    'db.example.com',
    '5432',
    'me',
    { username: 'me', password: 'pass' },
  ],
])('PostgreSQL of %s, as the example connections take it', (_, environment, host, port, database, login) => {
  const { POSTGRES_SECRET = '', ...variables } = environmentOf(endpointsOf(['postgres'], { ...source, environment }));
  expect(variables).toMatchObject({ POSTGRES_HOST: host, POSTGRES_PORT: port, POSTGRES_DATABASE: database });
  expect(JSON.parse(POSTGRES_SECRET)).toEqual(login);
});

test('TDengine takes what a server begins with, unless another login is given', () => {
  const secretOf = (environment: NodeJS.ProcessEnv) =>
    JSON.parse(environmentOf(endpointsOf(['tdengine'], { ...source, environment }))['TDENGINE_SECRET'] ?? '');
  expect(secretOf({})).toEqual({ username: 'root', password: 'taosdata' });
  const login = { username: 'me', password: 'mine' };
  expect(secretOf({ TDENGINE_USER: login.username, TDENGINE_PASSWORD: login.password })).toEqual(login);
});
