/** A type of TDengine, as DESCRIBE and a rule write it. */
export type ColumnType =
  | { readonly kind: 'integer'; readonly name: string; readonly least: bigint; readonly most: bigint }
  | { readonly kind: 'float'; readonly name: string; readonly single: boolean }
  | { readonly kind: 'bool'; readonly name: string }
  | { readonly kind: 'timestamp'; readonly name: string }
  /** `length` counts bytes, of NCHAR characters. */
  | { readonly kind: 'text'; readonly name: 'VARCHAR' | 'NCHAR' | 'VARBINARY'; readonly length: number }
  | { readonly kind: 'decimal'; readonly name: string }
  /** GEOMETRY, JSON, and what later versions bring: text, which the server judges. */
  | { readonly kind: 'other'; readonly name: string };

const BITS: Readonly<Record<string, bigint>> = { TINYINT: 8n, SMALLINT: 16n, INT: 32n, BIGINT: 64n };
const ALIASES: Readonly<Record<string, string>> = { BINARY: 'VARCHAR', INTEGER: 'INT' };

/**
 * Reads `BIGINT UNSIGNED`, `varchar(64)`, `BINARY(8)`, …; upper and lower case are the same.
 *
 * @param described DESCRIBE says the length beside the type, not in it
 */
export function parseColumnType(text: string, described?: number): ColumnType {
  const [, word = '', parameters, unsigned] = /^\s*(\w+)\s*(?:\(([^)]*)\))?\s*(unsigned)?/i.exec(text) ?? [];
  const upper = word.toUpperCase();
  const name = ALIASES[upper] ?? upper;
  const bits = BITS[name];
  if (bits !== undefined) {
    if (unsigned !== undefined) return { kind: 'integer', name: `${name} UNSIGNED`, least: 0n, most: 2n ** bits - 1n };
    return { kind: 'integer', name, least: -(2n ** (bits - 1n)), most: 2n ** (bits - 1n) - 1n };
  }
  switch (name) {
    case 'FLOAT':
    case 'DOUBLE':
      return { kind: 'float', name, single: name === 'FLOAT' };
    case 'BOOL':
      return { kind: 'bool', name };
    case 'TIMESTAMP':
      return { kind: 'timestamp', name };
    case 'VARCHAR':
    case 'NCHAR':
    case 'VARBINARY':
      return { kind: 'text', name, length: described ?? Number(parameters ?? 0) };
    case 'DECIMAL':
      return { kind: 'decimal', name: parameters === undefined ? name : `${name}(${parameters})` };
    default:
      return { kind: 'other', name: parameters === undefined ? name : `${name}(${parameters})` };
  }
}

/** As CREATE and ALTER take it. */
export function typeText(type: ColumnType): string {
  return type.kind === 'text' ? `${type.name}(${type.length})` : type.name;
}

/** The longest text that a column of the kind can be made for: a row has 65,531 bytes, and NCHAR takes four for a character. */
export const LONGEST_TEXT = { VARCHAR: 65_517, VARBINARY: 65_517, NCHAR: 16_379 } as const;
