import type { SluiceError } from '../../failure/index.ts';
import type { PostgresSinkRule } from '../schema.ts';
import { nodeAt, type Path } from '../tree.ts';
import { type RuleSubject, wrongAt, wrongKey } from './subject.ts';

type Subject = RuleSubject<PostgresSinkRule>;

/** Settings of a PostgreSQL sink that are right by themselves and wrong together. */
export function postgresProblems(subject: Subject): readonly SluiceError[] {
  return [
    ...modeProblems(subject),
    ...meaninglessProblems(subject),
    ...keyProblems(subject),
    ...tableProblems(subject),
  ];
}

function modeProblems(subject: Subject): SluiceError[] {
  const { mode, primaryKey, message, ifNewer } = subject.rule;
  const found: SluiceError[] = [];
  if (mode === 'upsert' && primaryKey === undefined) {
    const fix = "Add primaryKey: [the target's columns that tell rows apart].";
    found.push(wrongAt(subject, ['mode'], 'mode: upsert needs primaryKey', fix));
  }
  if (mode === 'mirror' && message.format !== 'debezium') {
    const fix = 'Write message: { format: debezium }, or mode: upsert for rows that replace each other.';
    found.push(wrongAt(subject, ['mode'], 'mode: mirror needs the changes of format: debezium', fix));
  }
  if (mode !== 'mirror' && message.format === 'debezium') {
    const fix = 'Write mode: mirror.';
    const said = `mode: ${mode} cannot apply the updates and deletes of format: debezium`;
    found.push(wrongAt(subject, ['message', 'format'], said, fix));
  }
  if (ifNewer?.by === 'lsn' && mode === 'upsert') {
    const fix = 'Write ifNewer: { column: … }, a column that grows with each change.';
    found.push(wrongAt(subject, ['ifNewer'], 'ifNewer: lsn needs mode: mirror, whose events tell it', fix));
  }
  return found;
}

/** What a reader would believe to have an effect. */
function meaninglessProblems(subject: Subject): SluiceError[] {
  const { mode } = subject.rule;
  const only: readonly (readonly [Path, readonly string[]])[] = [
    [['allowTruncate'], ['mirror']],
    [['ifNewer'], ['upsert', 'mirror']],
    [['provenanceFor'], ['insert']],
    [
      ['target', 'conflict'],
      ['upsert', 'mirror'],
    ],
  ];
  return only.flatMap(([path, modes]) => {
    if (modes.includes(mode) || nodeAt(subject.tree, path) === undefined) return [];
    const fix = `Leave it out, or write mode: ${modes.join(' or ')}.`;
    return [wrongKey(subject, path, `${path.join('.')} means nothing with mode: ${mode}`, fix)];
  });
}

function keyProblems(subject: Subject): SluiceError[] {
  const { primaryKey = [], columns, ifNewer } = subject.rule;
  const found = primaryKey.flatMap((column, i) =>
    primaryKey.indexOf(column) < i
      ? [wrongAt(subject, ['primaryKey', i], `the column ${column} stands here a second time`, 'Keep one of the two.')]
      : [],
  );
  if (columns === 'all') return found;
  for (const [i, column] of primaryKey.entries()) {
    if (Object.hasOwn(columns, column)) continue;
    const fix = `Add ${column} to columns, or name others: ${Object.keys(columns).join(', ')}.`;
    found.push(wrongAt(subject, ['primaryKey', i], `${column} of primaryKey is not in columns`, fix));
  }
  if (ifNewer?.by === 'column' && !Object.hasOwn(columns, ifNewer.column)) {
    const fix = `Add ${ifNewer.column} to columns, or name another: ${Object.keys(columns).join(', ')}.`;
    found.push(wrongAt(subject, ['ifNewer', 'column'], `${ifNewer.column} of ifNewer is not in columns`, fix));
  }
  return found;
}

function tableProblems(subject: Subject): SluiceError[] {
  const { createTable, columns, primaryKey = [], message, schemaEvolution } = subject.rule;
  const isTyped = message.format === 'debezium';
  if (createTable.from === 'event' && !isTyped) {
    const fix = 'Write createTable: { column: type }.';
    const said = `createTable: true needs types, and messages of format: ${message.format} tell none`;
    return [wrongAt(subject, ['createTable'], said, fix)];
  }
  if (schemaEvolution !== 'none' && !isTyped && createTable.from === 'nothing') {
    const fix = 'Add createTable: { column: type }, or leave schemaEvolution out.';
    const said = `schemaEvolution: ${schemaEvolution} needs types, and messages of format: ${message.format} tell none`;
    return [wrongAt(subject, ['schemaEvolution'], said, fix)];
  }
  if (createTable.from !== 'columns') return [];
  const wanted = new Set([...(columns === 'all' ? [] : Object.keys(columns)), ...primaryKey]);
  return [...wanted].flatMap((column) =>
    Object.hasOwn(createTable.columns, column)
      ? []
      : [wrongAt(subject, ['createTable'], `createTable lacks the column ${column}`, `Add ${column}: its type.`)],
  );
}
