import { Ajv, type ValidateFunction } from 'ajv';
import { parse } from 'yaml';
import { connectionsEditorSchema, ruleEditorSchema } from '../../../lib/rule/editor-schema.ts';
import { RULE } from '../../support/errors-rule.ts';
import { CONNECTIONS, POSTGRES, TDENGINE, written } from './sinks.ts';

/** What an editor says of a file, by the schema that stands beside it: the places that it marks. */
function marks(validate: ValidateFunction, text: string): readonly string[] {
  validate(parse(text));
  return (validate.errors ?? []).map(({ instancePath, params }) => {
    const { additionalProperty: key } = params as { readonly additionalProperty?: string };
    return key === undefined ? instancePath : `${instancePath}/${key}`;
  });
}

const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
const ruleFile = ajv.compile(ruleEditorSchema());
const connectionsFile = ajv.compile(connectionsEditorSchema());
const rule = (text: string): readonly string[] => marks(ruleFile, text);

test.each([
  ['an export', RULE],
  ['a PostgreSQL sink', POSTGRES],
  ['a TDengine sink', TDENGINE],
])('%s that is right is right to an editor', (_about, text) => {
  expect(rule(text)).toEqual([]);
});

test('connections that are right are right to an editor', () => {
  expect(marks(connectionsFile, CONNECTIONS)).toEqual([]);
});

test('the kind says which keys there are', () => {
  expect(rule(`${POSTGRES}subTable: t_{id}\n`)).toContain('/subTable');
  expect(rule(`${TDENGINE}subtable: t_{id}\n`)).toContain('/subtable');
  expect(rule(written(POSTGRES, 'kind: postgres-sink', 'kind: sink'))).toContain('/kind');
});

test('a variable may stand where a number does, and null takes a key away', () => {
  const memory = '$' + '{env:MEMORY, 256}';
  expect(rule(`${POSTGRES}function: { memory: '${memory}' }\nstages: { local: { vpc: null, steps: [] } }\n`)).toEqual(
    [],
  );
});
