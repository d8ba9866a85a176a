import type { Random } from '../../fault/random.ts';
import { EVERY_TYPE, LARGE_COLUMNS, type SourceColumn } from './columns.ts';

const name = (column: SourceColumn): string => `"${column.name.replaceAll('"', '""')}"`;

/** The source's tables; `%` stands for the schema. */
export const TABLES: Readonly<Record<string, readonly string[]>> = {
  items: [
    `CREATE TABLE %.items (id bigint PRIMARY KEY, tag text UNIQUE, note varchar(20), n integer, ${LARGE_COLUMNS.map((each) => `${name(each)} ${each.type}`).join(', ')})`,
    ...LARGE_COLUMNS.map((each) => `ALTER TABLE %.items ALTER ${name(each)} SET STORAGE EXTERNAL`),
  ],
  every: [
    `CREATE TABLE %.every (a integer, b uuid, ${EVERY_TYPE.map((each) => `${name(each)} ${each.type}`).join(', ')}, PRIMARY KEY (a, b))`,
  ],
  loose: ['CREATE TABLE %.loose (x integer, y text, z numeric(8, 2))', 'ALTER TABLE %.loose REPLICA IDENTITY FULL'],
};

/**
 * Transactions of a source, the same for the same seed. DDL stands in transactions of its own: PostgreSQL 18.4 met some of
 * it among other statements, and its server ended in a segmentation fault whenever it sent that to a connector.
 */
export class Workload {
  readonly #random: Random;
  readonly #items: number[] = [];
  readonly #every: number[] = [];
  #next = 1;
  #added = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  transaction(): string {
    const kind = this.#random.below(100);
    if (kind < 55) return this.#item();
    if (kind < 80) return this.#everyType();
    if (kind < 94) return this.#loose();
    if (kind < 98) return `BEGIN; ${this.#item()}; ${this.#everyType()}; ${this.#item()}; COMMIT`;
    return `BEGIN; INSERT INTO %.items (id, tag) VALUES (${-this.#next}, 'never'); ROLLBACK`;
  }

  /** The table grows: by a column, which all rows get a value in, and by values that its columns had no room for. */
  growth(): readonly string[] {
    const column = `added_${++this.#added}`;
    return [
      `ALTER TABLE %.items ADD COLUMN ${column} text DEFAULT 'so far'`,
      `UPDATE %.items SET ${column} = 'x' || id`,
      `ALTER TABLE %.items ALTER note TYPE varchar(${20 + this.#added})`,
      `INSERT INTO %.items (id, note) VALUES (${this.#fresh(this.#items)}, repeat('w', ${20 + this.#added}))`,
    ];
  }

  truncate(): string {
    this.#items.length = 0;
    return 'TRUNCATE %.items';
  }

  #item(): string {
    const random = this.#random;
    const kind = this.#items.length < 10 ? 0 : random.below(100);
    const id = this.#one(this.#items);
    if (kind < 35) {
      const columns = LARGE_COLUMNS.filter(() => random.below(2) === 0);
      const fresh = this.#fresh(this.#items);
      return `INSERT INTO %.items (${['id', 'tag', 'note', 'n', ...columns.map(name)].join(', ')}) VALUES (${[fresh, `'t${fresh}'`, `'n${random.below(9)}'`, random.below(100), ...columns.map((each) => each.literal(random))].join(', ')})`;
    }
    if (kind < 55)
      return `UPDATE %.items SET n = ${random.below(1_000)}, note = 'u${random.below(99)}' WHERE id = ${id}`;
    if (kind < 65) {
      const column = LARGE_COLUMNS[random.below(LARGE_COLUMNS.length)]!;
      return `UPDATE %.items SET ${name(column)} = ${random.below(5) === 0 ? 'NULL' : column.literal(random)} WHERE id = ${id}`;
    }
    if (kind < 77) return `DELETE FROM %.items WHERE id = ${this.#gone(this.#items, id)}`;
    // The large values go along, and no event tells them.
    if (kind < 90) return `UPDATE %.items SET id = ${this.#renamed(this.#items, id)}, n = n + 1 WHERE id = ${id}`;
    const other = this.#one(this.#items);
    return `BEGIN; UPDATE %.items SET tag = NULL WHERE id = ${id}; UPDATE %.items SET tag = 's${this.#next++}' WHERE id = ${other}; UPDATE %.items SET tag = 't${id}-${this.#next++}' WHERE id = ${id}; COMMIT`;
  }

  #everyType(): string {
    const random = this.#random;
    const kind = this.#every.length < 5 ? 0 : random.below(100);
    const a = this.#one(this.#every);
    const columns = EVERY_TYPE.filter(() => random.below(10) < 7);
    const values = columns.map((each) => (random.below(8) === 0 ? 'NULL' : each.literal(random)));
    if (kind < 45 || columns.length === 0) {
      const fresh = this.#fresh(this.#every);
      return `INSERT INTO %.every (${['a', 'b', ...columns.map(name)].join(', ')}) VALUES (${[fresh, uuidOf(fresh), ...values].join(', ')})`;
    }
    const sets = columns.map((each, i) => `${name(each)} = ${values[i]}`).join(', ');
    if (kind < 80) return `UPDATE %.every SET ${sets} WHERE a = ${a}`;
    if (kind < 92) return `DELETE FROM %.every WHERE a = ${this.#gone(this.#every, a)}`;
    const renamed = this.#renamed(this.#every, a);
    return `UPDATE %.every SET a = ${renamed}, b = ${uuidOf(renamed)} WHERE a = ${a}`;
  }

  /** Of a table without a key rows may be there twice; a statement may touch several. */
  #loose(): string {
    const random = this.#random;
    const x = random.below(12);
    const row = `${x}, 'y${random.below(3)}', ${random.below(100)}.50`;
    const kind = random.below(10);
    if (kind < 6) return `INSERT INTO %.loose VALUES (${row}), (${row})`;
    if (kind < 8) return `UPDATE %.loose SET y = 'z${random.below(9)}', z = NULL WHERE x = ${x}`;
    return `DELETE FROM %.loose WHERE x = ${x}`;
  }

  #one(ids: readonly number[]): number {
    return ids[this.#random.below(ids.length)] ?? 0;
  }

  #fresh(ids: number[]): number {
    ids.push(this.#next);
    return this.#next++;
  }

  #gone(ids: number[], id: number): number {
    ids.splice(ids.indexOf(id), 1);
    return id;
  }

  #renamed(ids: number[], id: number): number {
    this.#gone(ids, id);
    return this.#fresh(ids);
  }
}

const uuidOf = (n: number): string => `'00000000-0000-4000-8000-${String(n).padStart(12, '0')}'`;
