import type { CallNode } from '../ast.ts';
import type { FunctionEntry, Parameter, Strict } from '../functions/entry.ts';
import { FUNCTIONS } from '../functions/table.ts';
import { queryError } from '../query-error.ts';
import { nameTypes, Type, typeOf } from '../types.ts';
import { cast } from '../values/cast.ts';
import { isUnknown, typeName } from '../values/compare.ts';
import { MISSING } from '../values/missing.ts';
import { RecordError } from '../values/record-error.ts';
import { Untyped, type Value } from '../values/value.ts';
import type { Environment, Evaluate } from './environment.ts';

/** A call of a function that is in the table. Throws SluiceError for constant arguments that can never be right. */
export function compileCall<R>(
  sql: string,
  node: CallNode,
  args: readonly Evaluate<R>[],
  environment: Environment<R>,
): Evaluate<R> {
  const entry = FUNCTIONS.get(node.name);
  if (entry === undefined) throw new Error('a function was compiled that analysis does not know');
  if (entry.implementation.kind === 'lazy') return entry.implementation.bind(args);
  const constants = node.args.map((arg) => (arg.kind === 'literal' ? arg.value : undefined));
  const call = { keyword: node.keyword ?? '', constants, now: () => environment.now() };
  try {
    return strictCall(entry, args, entry.implementation.bind(call));
  } catch (error) {
    if (error instanceof RecordError) throw queryError(error.code, sql, node.at, error.reason);
    throw error;
  }
}

function strictCall<R>(entry: FunctionEntry, args: readonly Evaluate<R>[], strict: Strict): Evaluate<R> {
  const [first, second, third] = args.map((arg, i) => converted(entry, entry.parameters[i]!, arg));
  if (first === undefined) return () => strict(null, null, null);
  if (second === undefined) {
    return (row) => {
      const a = first(row);
      return isUnknown(a) ? a : strict(a, ABSENT, ABSENT);
    };
  }
  return (row) => {
    const a = first(row);
    const b = second(row);
    const c = third === undefined ? ABSENT : third(row);
    if (a === MISSING || b === MISSING || c === MISSING) return MISSING;
    if (a === null || b === null || c === null) return null;
    return strict(a, b, c);
  };
}

/** What stands for an optional argument that the call does not have. */
const ABSENT = undefined as unknown as Value;

/** The argument, with a field's text made what the parameter wants. */
function converted<R>(entry: FunctionEntry, parameter: Parameter, arg: Evaluate<R>): Evaluate<R> {
  const { types } = parameter;
  return (row) => {
    const value = arg(row);
    if (value instanceof Untyped) {
      if ((types & Type.STRING) !== 0) return value.text;
      return cast(value, types === Type.TIMESTAMP ? 'TIMESTAMP' : 'INT');
    }
    if (isUnknown(value) || (typeOf(value) & types) !== 0) return value;
    const reason = `${parameter.name} of ${entry.name} is ${typeName(value)}, expected ${nameTypes(types)}`;
    throw new RecordError('IncorrectSqlFunctionArgumentType', reason);
  };
}
