import { SluiceError } from '../../failure/index.ts';
import { RowFault } from '../row-fault.ts';
import type { TdengineEndpoint } from './endpoint.ts';
import { type Problem, TOLD } from './fault.ts';

/** The codes of the server that mean something here. The documents write them in hexadecimal with 0x8000 in front. */
export const CODE = {
  invalidOperation: 0x0200,
  syntax: 0x0216,
  statementTooLong: 0x0219,
  noRights: 0x0303,
  /** A super table or a sub-table that was there when the server last looked. */
  superTableGone: 0x0362,
  subTableGone: 0x0618,
  invalidUser: 0x0351,
  wrongPassword: 0x0357,
  columnExists: 0x036b,
  databaseExists: 0x0381,
  databaseMissing: 0x0388,
  outOfKeep: 0x060b,
  foreignTable: 0x061d,
  modifyRefused: 0x264b,
  tableMissing: 0x2603,
  columnMissing: 0x2602,
  databaseNotSpecified: 0x2616,
  permissionDenied: 0x2644,
  tooLong: 0x2653,
} as const;

/** An error of the server. `serverCode` is what it said; the text it said goes no further, since it may quote a value. */
export class ServerError extends SluiceError {
  readonly serverCode: number;
  /** The column or tag that the server names. */
  readonly column: string | undefined;

  constructor(
    serverCode: number,
    code: string,
    message: string,
    fix: string,
    options: { retryable?: boolean; column?: string } = {},
  ) {
    super(code, message, { stage: 'sink', fix, retryable: options.retryable ?? false });
    this.serverCode = serverCode;
    this.column = options.column;
  }
}

/** A fault in the rows, as the server tells it: which row it is, it mostly does not say. */
export class ServerRowFault extends RowFault {
  readonly serverCode: number;
  readonly kind: Problem['kind'];
  /** What the server quotes of the statement from the fault on, in lower case and cut short. Never shown: it may be a value. */
  readonly near: string | undefined;

  constructor(serverCode: number, kind: Problem['kind'], message: string, near?: string, row?: number) {
    const { code, fix } = TOLD[kind];
    super(code, message, { fix, sqlState: hexadecimal(serverCode), ...(row === undefined ? {} : { row }) });
    this.serverCode = serverCode;
    this.kind = kind;
    this.near = near;
  }

  /** The same fault, found in this row. */
  in(row: number): ServerRowFault {
    return new ServerRowFault(this.serverCode, this.kind, this.message, this.near, row);
  }
}

/** Codes that pass by themselves: a broken link between nodes, a server that starts, no leader yet, no memory now. */
const PASSING = new Set([0x000b, 0x0102, 0x0111, 0x0125, 0x0126, 0x012b, 0x0130, 0x0131, 0x0213]);

function passes(code: number): boolean {
  return PASSING.has(code) || (code >= 0x0018 && code <= 0x0024) || (code >= 0x0900 && code <= 0x09ff);
}

export function serverFailure(code: number, desc: string, { origin }: TdengineEndpoint): ServerError | ServerRowFault {
  const hex = hexadecimal(code);
  const error = (name: string, message: string, fix: string, options?: { retryable?: boolean; column?: string }) =>
    new ServerError(code, name, `${message} (${hex})`, fix, options);
  switch (code) {
    case CODE.wrongPassword:
    case CODE.invalidUser:
      return error(
        'LoginRefused',
        `TDengine at ${origin} refused the ${code === CODE.wrongPassword ? 'password' : 'user'}`,
        'Put the right `{username, password}` into the secret of the connection.',
      );
    case CODE.noRights:
    case CODE.permissionDenied:
      return error(
        'NoRights',
        'the user may not do this on TDengine',
        'GRANT WRITE ON the database TO the user (ALL, where the rule makes or changes tables).',
      );
    case CODE.databaseMissing:
      return error(
        'MissingDatabase',
        'the database does not exist on TDengine',
        'Create it, or let the rule do so: `create: { database: { precision: ms } }`.',
      );
    case CODE.tableMissing:
    case CODE.superTableGone:
    case CODE.subTableGone:
      return error(
        'MissingTable',
        'the super table does not exist on TDengine',
        'Create it, or write its columns and tags into `create` of the rule.',
      );
    case CODE.columnMissing: {
      const column = /^Invalid column name: (.{1,64})$/.exec(desc)?.[1];
      return error(
        'MissingColumn',
        `the super table has no ${column === undefined ? 'such column or tag' : `column or tag ${column}`}`,
        'Add it (ALTER STABLE … ADD COLUMN …), let the rule do so (`allow: { addColumns: true }`), or take it out of the rule.',
        column === undefined ? {} : { column },
      );
    }
    case CODE.tooLong: {
      const column = /: (.{1,64})$/.exec(desc)?.[1] ?? 'a column';
      return new ServerRowFault(code, 'tooLong', `${column}: the server takes no text of that length`);
    }
    case CODE.outOfKeep:
      return new ServerRowFault(code, 'outOfKeep', 'the timestamp lies outside of what the database keeps');
    case CODE.foreignTable:
      return new ServerRowFault(code, 'foreignTable', 'the sub-table belongs to another super table');
    case CODE.syntax:
      return syntaxFault(code, desc);
    case CODE.invalidOperation:
      return new ServerRowFault(
        code,
        'typeMismatch',
        'the server refused a row: a part of its key is missing, or a name is too long',
      );
    case CODE.statementTooLong:
      return new ServerRowFault(code, 'tooLong', 'a row makes a longer statement than the server takes (1 MiB)');
    default:
      if (passes(code)) {
        return error(
          'ServerNotReady',
          'TDengine could not take the statement now',
          'It passes when all its nodes run; look at SHOW DNODES and at its log if it stays.',
          { retryable: true },
        );
      }
      return error(
        'StatementRefused',
        `TDengine refused a statement: ${harmless(desc)}`,
        'The code is in the list of error codes of TDengine; the log of taosadapter has the statement.',
      );
  }
}

/** `syntax error near '…' (what is wrong)`: only the last part is fit to be told. */
function syntaxFault(code: number, desc: string): ServerRowFault {
  const [, near, why = 'invalid data'] = /^syntax error near '([\s\S]*)' \(([^()]*)\)$/.exec(desc) ?? [];
  const kind = /timestamp column should not be null/i.test(why)
    ? 'nullTimestamp'
    : /float data/i.test(why)
      ? 'nan'
      : 'typeMismatch';
  return new ServerRowFault(code, kind, `the server refused a value: ${why}`, near);
}

/** What stands in quotes may be a value. */
function harmless(desc: string): string {
  return desc.replace(/'[\s\S]*'/g, "'…'").slice(0, 200);
}

export function httpFailure(status: number, code: number | undefined, { origin, auth }: TdengineEndpoint): SluiceError {
  const fail = (name: string, message: string, fix: string, retryable = false) =>
    new SluiceError(name, message, { stage: 'sink', fix, retryable });
  if (status === 401 || status === 403) {
    return fail(
      'LoginRefused',
      `${origin} refused the ${auth.kind === 'token' ? 'token' : 'user or password'} (HTTP ${status})`,
      auth.kind === 'token'
        ? 'Put a valid `{token}` of the instance into the secret of the connection.'
        : 'Put the right `{username, password}` into the secret; TDengine Cloud wants `auth: token`.',
    );
  }
  if (status === 429 || status >= 500) {
    return fail(
      'ServerNotReady',
      `${origin} could not take the statement now (HTTP ${status})`,
      'Look at the log of taosadapter, and at what stands between.',
      true,
    );
  }
  const said = code === undefined ? `HTTP ${status}` : `HTTP ${status}, ${hexadecimal(code)}`;
  return fail(
    'NotTdengine',
    `${origin} does not answer as TDengine's REST interface (${said})`,
    '`url` must name taosadapter, whose port is 6041.',
  );
}

function hexadecimal(code: number): string {
  return `0x${code.toString(16).padStart(4, '0')}`;
}
