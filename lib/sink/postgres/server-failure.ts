import { SluiceError } from '../../failure/index.ts';
import { RowFault } from '../row-fault.ts';
import { type ErrorTraits, type PostgresPlace, placeText } from './finding.ts';

type Kind = 'row' | 'retry' | 'end';

interface Rule {
  readonly kind: Kind;
  readonly code: string;
  readonly said: string;
  readonly fix: string;
}

const row = (code: string, said: string, fix: string): Rule => ({ kind: 'row', code, said, fix });
const retry = (code: string, said: string, fix: string): Rule => ({ kind: 'retry', code, said, fix });
const end = (code: string, said: string, fix: string): Rule => ({ kind: 'end', code, said, fix });

const MAP = 'Mend the mapping or the source, or leave such messages out by a `filter` step.';
const RIGHTS = 'GRANT SELECT, INSERT, UPDATE, DELETE on the table to the user; `sluice check` names what is missing.';

/** By SQLSTATE, else by its class (the first two characters). */
const RULES: Readonly<Record<string, Rule>> = {
  '22001': row('ValueTooLong', 'a value is too long', 'Make the column longer (`schemaEvolution: widen`), or cut it.'),
  '22003': row('ValueOutOfRange', 'a number is out of range', 'Make the column wider, or mend the value.'),
  '22P02': row('InvalidText', 'a text is no value of its type', MAP),
  '22007': row('InvalidMoment', 'a text is no date or time', 'Say how it is written: a `convert` step with `format`.'),
  '22008': row('InvalidMoment', 'a date or time is out of range', MAP),
  '22021': row('InvalidCharacter', 'a text holds a character that PostgreSQL cannot store (U+0000)', MAP),
  '22P05': row('InvalidCharacter', 'a text holds a character that the database’s encoding has not', MAP),
  '22030': row('InvalidJson', 'a JSON object has a key twice', MAP),
  '22': row('InvalidValue', 'a value cannot be stored', MAP),
  '23502': row('NullRefused', 'a column that must have a value has none', 'Map a field or a default to it.'),
  '23503': row('ForeignKeyMissing', 'a row names another that is not there', 'Write the other table first.'),
  '23505': row('DuplicateKey', 'a row with this key is there already', 'Use `mode: upsert` if it is to be replaced.'),
  '23514': row('CheckViolated', 'a row breaks a rule of the table', MAP),
  '23P01': row('ExclusionViolated', 'a row overlaps another', MAP),
  '23': row('ConstraintViolated', 'a row breaks a constraint of the table', MAP),
  '44': row('CheckViolated', 'a row does not belong into the view', MAP),
  P0001: row('RefusedByTrigger', 'a trigger or function of the database refused a row', 'Look at the trigger.'),
  '54000': row('RowTooLarge', 'a row is too large for the table or one of its indexes', MAP),
  '21000': row('SameKeyTwice', 'two rows of one statement have the same key', MAP),
  '42804': row('WrongType', 'a value is not of its column’s type', MAP),

  '40001': retry('SerializationFailure', 'the transaction met another one', 'Nothing to do: it is tried again.'),
  '40P01': retry('Deadlock', 'the transaction and another waited for each other', 'Nothing to do: it is tried again.'),
  '40': retry('TransactionLost', 'the transaction was rolled back', 'Nothing to do: it is tried again.'),
  '53300': retry(
    'TooManyConnections',
    'there are no more connections to be had',
    'Limit the function’s concurrency, raise max_connections, or put RDS Proxy or PgBouncer (transaction mode) before the server.',
  ),
  '53100': retry('DiskFull', 'the disk of the server is full', 'Make room on the server.'),
  '53': retry('OutOfResources', 'the server is out of memory or other resources', 'Look at the server’s log and load.'),
  '55P03': retry('LockTimeout', 'a lock was not to be had in time', 'Look who holds it: pg_locks.'),
  '57014': retry(
    'StatementTimeout',
    'the statement was cancelled',
    'Raise statement_timeout, or take smaller batches.',
  ),
  '57': retry('ServerShutdown', 'the server is shutting down or starting', 'Nothing to do: it is tried again.'),
  '08': retry('ConnectionLost', 'the connection was lost', 'Nothing to do: it is tried again.'),
  '25006': retry(
    'ReadOnlyServer',
    'the server takes no writes: it is a replica, or was just failed over',
    'Use the address of the writer in `host`.',
  ),
  '58': retry('ServerFault', 'the server met an error of its system', 'Look at the server’s log.'),

  '42P01': end('MissingTable', 'there is no such table', 'Create it, or let the rule do so: `createTable`.'),
  '42703': end('MissingColumn', 'the table has no such column', 'Add it, or set `schemaEvolution: add-columns`.'),
  '3F000': end('MissingSchema', 'there is no such schema', 'CREATE SCHEMA, or mend `target.schema`.'),
  '42501': end('MissingRight', 'the user lacks a right', RIGHTS),
  '42P10': end(
    'MissingUniqueKey',
    'no unique index of the table fits the key',
    'Create a unique index, not deferrable and without a condition, on exactly the columns of `primaryKey`.',
  ),
  '428C9': end('GeneratedColumn', 'a column is always filled by the server', 'Leave it out of `columns`.'),
  '42883': end('MissingOperator', 'the type of a key column cannot be compared', 'Choose other columns as key.'),
  '42846': end('CannotCast', 'a column’s type cannot be read from text', 'Leave it out of `columns`.'),
  '0A000': end('NotSupported', 'the server does not support what it was asked for', 'Try `conflict: delete-insert`.'),
};

const OTHER = end('PostgresFailed', 'the server refused the statement', 'Look at the server’s log at this time.');

/** An error that the server sent, once it had taken the connection. */
export function serverFailure(traits: ErrorTraits, place: PostgresPlace): SluiceError {
  const sqlState = traits.code ?? '';
  const { kind, code, said, fix } = RULES[sqlState] ?? RULES[sqlState.slice(0, 2)] ?? OTHER;
  const about = subject(traits);
  if (kind === 'row') {
    const line = lineOf(traits);
    return new RowFault(code, `${said}${about} (SQLSTATE ${sqlState})`, {
      fix,
      sqlState,
      ...(line !== undefined && { row: line }),
    });
  }
  const where = place.table === undefined ? placeText(place) : `${placeText(place)}, table ${place.table}`;
  return new SluiceError(code, `${where}: ${said}${about} (SQLSTATE ${sqlState})`, {
    stage: 'sink',
    retryable: kind === 'retry',
    fix,
  });
}

/** Names of what the server complains of. Its sentences are not shown: many of them quote the value. */
function subject({ column, constraint, message, where, code }: ErrorTraits): string {
  const copied = where === undefined ? undefined : /^COPY .*?, line \d+, column ([^:]+)/.exec(where)?.[1];
  const type = /for (?:input )?(?:type|enum) ([A-Za-z_][\w ]*(?:\(\d+(?:,\d+)?\))?)/.exec(message)?.[1];
  const missing = code === '42703' || code === '42P01' || code === '42501' || code === '3F000';
  const named = missing ? /"([^"]+)"|for (?:table|schema|relation|sequence) (\S+)/.exec(message) : null;
  const name = named?.[1] ?? named?.[2];
  const place = column ?? copied;
  const parts = [
    place === undefined ? '' : ` in column "${place}"`,
    constraint === undefined ? '' : ` (constraint "${constraint}")`,
    type === undefined ? '' : place === undefined ? ` (type ${type.trim()})` : ` of type ${type.trim()}`,
    name === undefined ? '' : `: "${name}"`,
  ];
  return parts.join('');
}

/** COPY says at which line it was; from 0. */
function lineOf({ where }: ErrorTraits): number | undefined {
  const line = where === undefined ? undefined : /^COPY .*?, line (\d+)/.exec(where)?.[1];
  return line === undefined ? undefined : Number(line) - 1;
}
