import type { AggregateName, AggregateNode, Expression } from './ast.ts';
import type { Evaluate } from './compile/environment.ts';
import { numberOf } from './compile/value.ts';
import { isUnknown, order, typeName } from './values/compare.ts';
import { Decimal } from './values/decimal.ts';
import { ARITHMETIC, decimalOf, isInteger, parseNumber } from './values/number.ts';
import { RecordError } from './values/record-error.ts';
import { Float, type Numeric, Untyped, type Value } from './values/value.ts';

/** What an aggregate has seen so far. NULL and MISSING are passed over. */
interface Accumulator {
  add(value: Value): void;
  result(): Value;
}

class Count implements Accumulator {
  private count = 0;
  add(): void {
    this.count++;
  }
  result(): Value {
    return this.count;
  }
}

/** SUM of integers is an integer, and fails the record that makes it overflow. */
class Sum implements Accumulator {
  protected sum: Numeric | undefined;
  protected count = 0;
  add(value: Value): void {
    const number = numberOf(value as Exclude<Value, null | symbol>);
    this.sum = this.sum === undefined ? number : this.plus(this.sum, number);
    this.count++;
  }
  result(): Value {
    return this.sum ?? null;
  }
  protected plus(a: Numeric, b: Numeric): Numeric {
    return ARITHMETIC['+'](a, b);
  }
}

/** AVG of integers is a decimal; its sum may pass 64 bits. */
class Average extends Sum {
  override result(): Value {
    if (this.sum === undefined) return null;
    const count = Decimal.of(BigInt(this.count));
    return this.sum instanceof Float ? new Float(this.sum.value / this.count) : decimalOf(this.sum).divide(count);
  }
  protected override plus(a: Numeric, b: Numeric): Numeric {
    const plain = isInteger(a) && isInteger(b) && !(typeof a === 'number' && typeof b === 'number');
    return plain ? decimalOf(a).add(decimalOf(b)) : ARITHMETIC['+'](a, b);
  }
}

/** The greatest (sign 1) or the least (sign −1). A text without type counts as the number it is, else as text. */
class Extreme implements Accumulator {
  private best: Value = null;
  private readonly sign: number;
  constructor(sign: 1 | -1) {
    this.sign = sign;
  }
  add(value: Value): void {
    const typed = value instanceof Untyped ? (parseNumber(value.text) ?? value.text) : value;
    if (this.best === null) {
      this.best = typed;
      return;
    }
    const comparison = order(typed, this.best);
    if (Number.isNaN(comparison)) {
      throw new RecordError(
        'InvalidDataType',
        `MAX or MIN meets a ${typeName(typed)} among values of ${typeName(this.best)}; CAST them`,
      );
    }
    if (comparison * this.sign > 0) this.best = typed;
  }
  result(): Value {
    return this.best;
  }
}

const MAKERS: Readonly<Record<AggregateName, () => Accumulator>> = {
  AVG: () => new Average(),
  COUNT: () => new Count(),
  MAX: () => new Extreme(1),
  MIN: () => new Extreme(-1),
  SUM: () => new Sum(),
};

/** The state of a query's aggregates over the rows that WHERE let through. */
export class Aggregates<R> {
  private readonly accumulators: readonly {
    readonly accumulator: Accumulator;
    readonly operand: Evaluate<R> | undefined;
  }[];
  private readonly byNode: ReadonlyMap<AggregateNode, Accumulator>;

  constructor(nodes: readonly AggregateNode[], compile: (node: Expression) => Evaluate<R>) {
    this.accumulators = nodes.map((node) => ({
      accumulator: MAKERS[node.name](),
      operand: node.operand === undefined ? undefined : compile(node.operand),
    }));
    this.byNode = new Map(nodes.map((node, i) => [node, this.accumulators[i]!.accumulator]));
  }

  /** Takes a row in. All operands are evaluated first: a row that fails in one counts in none of them. */
  add(row: R): void {
    const values = this.accumulators.map(({ operand }) => (operand === undefined ? true : operand(row)));
    this.accumulators.forEach(({ accumulator }, i) => {
      const value = values[i]!;
      if (!isUnknown(value)) accumulator.add(value);
    });
  }

  result(node: AggregateNode): Value {
    const accumulator = this.byNode.get(node);
    if (accumulator === undefined) throw new Error('an aggregate is not of this query');
    return accumulator.result();
  }
}
