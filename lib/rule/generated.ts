import { connectionsEditorSchema, ruleEditorSchema } from './editor-schema.ts';
import { reference } from './reference.ts';

/** The committed files that are read off the schemas, by their path in the project. */
export function generated(): Readonly<Record<string, string>> {
  const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
  return {
    'rules/rule.schema.json': json(ruleEditorSchema()),
    'rules/connections.schema.json': json(connectionsEditorSchema()),
    'docs/rules.md': reference(),
  };
}
