import { isUnknown } from '../../select/values/compare.ts';
import { MISSING } from '../../select/values/missing.ts';
import type { Remark } from '../contract.ts';
import type { Layout, Slot } from './layout.ts';
import { quoteName, quoteText } from './names.ts';
import type { Cell, RestClient } from './rest.ts';
import type { SubTableRows } from './rows.ts';
import { StatementBuffer } from './statement-buffer.ts';

/** So many sub-tables' tags are remembered; the ones not met for longest are asked for again. */
const REMEMBERED = 100_000;
/** Names in one question: at 192 characters of four bytes each, a statement stays under its limit. */
const ASKED = 1000;

/**
 * The tags that sub-tables have. TDengine ignores the tags of a row whose sub-table is there: a tag that changed is set
 * where the rule allows it, and told where not.
 */
export class TagLedger {
  readonly #client: RestClient;
  readonly #database: string;
  readonly #set: boolean;
  /** Of each sub-table its tags as literals. */
  readonly #known = new Map<string, readonly string[]>();
  readonly #scratch = new StatementBuffer(1024);

  /** @param set whether tags may be set anew */
  constructor(client: RestClient, database: string, set: boolean) {
    this.#client = client;
    this.#database = database;
    this.#set = set;
  }

  /** Compares what rows say of their sub-tables with what these have, before they are written. */
  async settle(tables: readonly SubTableRows[], layout: Layout): Promise<readonly Remark[]> {
    await this.#ask(
      tables.filter(({ name }) => !this.#known.has(name)),
      layout,
    );
    const remarks = new Map<string, Remark>();
    for (const { name, tags } of tables) {
      const known = this.#known.get(name);
      const now = layout.tags.map((slot, i) => this.#literal(slot, tags[i]!));
      const changed = layout.tags.filter((_, i) => known !== undefined && tags[i] !== MISSING && known[i] !== now[i]);
      this.#remember(name, known === undefined ? now : this.#set ? merged(known, now, tags) : known);
      if (changed.length === 0) continue;
      if (this.#set) await this.#alter(name, changed, now, layout);
      else for (const slot of changed) remarks.set(slot.name, drifted(slot));
    }
    return [...remarks.values()];
  }

  forget(): void {
    this.#known.clear();
  }

  /** Which tags the sub-tables have that are there already. */
  async #ask(tables: readonly SubTableRows[], { superTable, tags }: Layout): Promise<void> {
    const columns = ['tbname', ...tags.map(({ quoted }) => quoted)].join(',');
    for (let from = 0; from < tables.length; from += ASKED) {
      const names = tables.slice(from, from + ASKED).map(({ name }) => quoteText(name));
      const sql = `SELECT DISTINCT ${columns} FROM ${superTable} WHERE tbname IN (${names.join(',')})`;
      for (const [name, ...cells] of await this.#client.query(sql, this.#database)) {
        this.#remember(
          String(name),
          tags.map((slot, i) => this.#described(slot, cells[i] ?? null)),
        );
      }
    }
  }

  #described(slot: Slot, cell: Cell): string {
    if (slot.type.kind === 'float' && typeof cell === 'number') return floatText(cell, slot.type.single);
    return this.#literal(slot, cell);
  }

  /** Types that are read back in another form than they are written in cannot be compared: all their values look the same. */
  #literal(slot: Slot, value: Parameters<Slot['write']>[1]): string {
    if (slot.type.kind === 'decimal' || slot.type.kind === 'other') return '';
    this.#scratch.length = 0;
    if (slot.write(this.#scratch, isUnknown(value) ? null : value) !== undefined) return '';
    const text = this.#scratch.bytes.toString('utf8', 0, this.#scratch.length);
    return slot.type.kind === 'float' && text !== 'NULL'
      ? floatText(Number(text), slot.type.single)
      : canonical(text, slot);
  }

  async #alter(name: string, changed: readonly Slot[], now: readonly string[], { tags }: Layout): Promise<void> {
    for (const slot of changed) {
      const value = now[tags.indexOf(slot)]!;
      await this.#client.query(`ALTER TABLE ${quoteName(name)} SET TAG ${slot.quoted}=${value}`, this.#database);
    }
  }

  #remember(name: string, literals: readonly string[]): void {
    this.#known.delete(name);
    this.#known.set(name, literals);
    if (this.#known.size <= REMEMBERED) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      return;
    }
  }
}

const merged = (known: readonly string[], now: readonly string[], tags: SubTableRows['tags']) =>
  now.map((literal, i) => (tags[i] === MISSING ? known[i]! : literal));

/** FLOAT keeps 24 bits: what is written and what is read back are the same only after that. */
const floatText = (value: number, single: boolean) => String(single ? Math.fround(value) : value);

function canonical(literal: string, { type }: Slot): string {
  if (type.kind !== 'bool') return literal;
  return literal === '1' ? 'true' : literal === '0' ? 'false' : literal;
}

function drifted({ name }: Slot): Remark {
  return {
    code: 'TagDrift',
    reason: `the tag ${name} of sub-tables that exist differs from what their rows say now, and stays as it is: TDengine ignores tags of tables that are there. \`allow: { setTag: true }\` sets it anew`,
  };
}
