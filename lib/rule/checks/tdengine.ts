import type { SluiceError } from '../../failure/index.ts';
import { compileConvert } from '../../message/steps/convert.ts';
import type { TdengineSinkRule } from '../schema.ts';
import { nodeAt, type Path } from '../tree.ts';
import { refused } from './refused.ts';
import { type RuleSubject, wrongAt, wrongKey } from './subject.ts';

type Subject = RuleSubject<TdengineSinkRule>;

/** The column that tells rows of one time apart. */
const POSITION = 'sluice_pos';

/** Settings of a TDengine sink that are right by themselves and wrong together. */
export function tdengineProblems(subject: Subject): readonly SluiceError[] {
  return [
    ...formatProblems(subject),
    ...createProblems(subject),
    ...nameProblems(subject),
    ...templateProblems(subject),
  ];
}

function formatProblems(subject: Subject): SluiceError[] {
  const { message, timestamp } = subject.rule;
  const found: SluiceError[] = [];
  if (message.format === 'debezium') {
    const fix = 'Write format: json, and take what is needed by path, for example after.id.';
    const said = 'TDengine keeps measurements and cannot follow the updates and deletes of format: debezium';
    found.push(wrongAt(subject, ['message', 'format'], said, fix));
  }
  if (timestamp.kind === 'text' && timestamp.format !== 'rfc3339') {
    const { format } = timestamp;
    const convert = () => compileConvert({ [timestamp.field]: { type: 'timestamp', format } });
    found.push(...refused(subject, ['timestamp', 'format'], convert));
  }
  const fault = ['faults', 'nullTimestamp'];
  if (timestamp.kind === 'message' && nodeAt(subject.tree, fault) !== undefined) {
    const said = 'faults.nullTimestamp means nothing with timestamp: message-time, which is always there';
    found.push(wrongKey(subject, fault, said, 'Leave it out.'));
  }
  return found;
}

function createProblems(subject: Subject): SluiceError[] {
  const { create, columns, tags, message, allow } = subject.rule;
  const found: SluiceError[] = [];
  if (allow.addColumns && create?.columns === undefined) {
    const fix = 'Add create.columns: { name: type }, or leave allow.addColumns out.';
    found.push(wrongAt(subject, ['allow', 'addColumns'], 'allow.addColumns has no types to add columns with', fix));
  }
  if (create === undefined) return found;
  if (create.infer) {
    if (message.sample !== undefined) return found;
    const fix = 'Add message.sample: the value of a message.';
    return [...found, wrongAt(subject, ['create', 'infer'], 'create.infer has no sample to tell types from', fix)];
  }
  if ((create.columns === undefined) !== (create.tags === undefined)) {
    const [has, lacks] = create.columns === undefined ? ['tags', 'columns'] : ['columns', 'tags'];
    const fix = `Add create.${lacks}: { name: type }, or create.infer: true for what message.sample shows.`;
    return [...found, wrongAt(subject, ['create', has], `create has ${has} and no ${lacks}`, fix)];
  }
  const untyped = (types: object | undefined, filled: object | 'all', what: 'columns' | 'tags') =>
    types === undefined || filled === 'all'
      ? []
      : Object.keys(filled)
          .filter((name) => !Object.hasOwn(types, name))
          .map((name) =>
            wrongAt(
              subject,
              [what, name],
              `${name} is not in create.${what}`,
              `Add ${name}: its type, to create.${what}.`,
            ),
          );
  return [...found, ...untyped(create.columns, columns, 'columns'), ...untyped(create.tags, tags, 'tags')];
}

/** TDengine keeps the timestamp, the columns and the tags of a super table in one namespace, without case. */
function nameProblems(subject: Subject): SluiceError[] {
  const { create, columns, tags, sameTimestamp } = subject.rule;
  const taken = new Map<string, string>();
  if (create !== undefined) taken.set(create.timestampColumn.toLowerCase(), 'the timestamp column');
  if (sameTimestamp === 'key') taken.set(POSITION, 'the key column of sameTimestamp: key');
  const all: readonly (readonly [Path, string])[] = [
    ...Object.keys(columns === 'all' ? (create?.columns ?? {}) : columns).map(
      (name) => [columns === 'all' ? ['create', 'columns', name] : ['columns', name], name] as const,
    ),
    ...Object.keys(tags).map((name) => [['tags', name], name] as const),
  ];
  return all.flatMap(([path, name]) => {
    const other = taken.get(name.toLowerCase());
    taken.set(name.toLowerCase(), path.join('.'));
    if (other === undefined) return [];
    return [wrongKey(subject, path, `${path.join('.')} has the name of ${other}`, 'Give one of the two another name.')];
  });
}

/** What is written outside of braces is the same in every name: it is right or wrong now. */
function templateProblems(subject: Subject): SluiceError[] {
  const { template } = subject.rule.subTable;
  const at = nodeAt(subject.tree, ['subTable'])?.kind === 'map' ? ['subTable', 'template'] : ['subTable'];
  const fixed = template.replace(/\{[^{}]+\}/g, '');
  if (/[{}]/.test(fixed)) {
    const fix = 'Write fields in braces, t_{id}; other braces cannot stand in a name.';
    return [wrongAt(subject, at, `subTable: a brace of ${template} has no partner or nothing in it`, fix)];
  }
  const [bad] = /[.`\u0000-\u001f\u007f]/.exec(fixed) ?? [];
  if (bad === undefined) return [];
  return [
    wrongAt(subject, at, `subTable: ${JSON.stringify(bad)} cannot stand in a name`, 'Leave it out, or write _ for it.'),
  ];
}
