import type { Column } from '../select/batch.ts';
import type { Provenance, RecordBatch } from './contract.ts';

/**
 * Records in Kafka's format v2, straight from columns of bytes: no object for a record is ever made.
 *
 *     record  => length:varint attributes:int8 timestampDelta:varlong offsetDelta:varint
 *                keyLength:varint key valueLength:varint value headerCount:varint header*
 *     header  => nameLength:varint name valueLength:varint value
 *
 * Varints are zigzag; a length of -1 is null. Attributes and timestampDelta are 0: a batch's records share the time of
 * its sending. Source: Apache Kafka, "Record Batch" in the message format documentation.
 */

/** What stands around the records in a batch: base offset, length, epoch, magic, CRC, attributes, …, record count. */
export const BATCH_OVERHEAD = 61;

/** Encoded records of one partition. `bytes` holds exactly them. */
export interface EncodedRecords {
  readonly partition: number;
  readonly count: number;
  readonly bytes: Buffer;
  /** The record's rows in the batch they came from, for those who need the records one by one. */
  readonly rows: Uint32Array;
}

/** The part of a record that is the same for all records of an object, and what follows in each. */
export interface HeaderTemplate {
  /** Header count, the constant headers, and the name of the last one, whose value is the record's offset in decimal. */
  readonly prefix: Uint8Array;
  readonly offsets: boolean;
}

export const NO_HEADERS: HeaderTemplate = { prefix: Uint8Array.of(0), offsets: false };

export function provenanceHeaders(source: Provenance): HeaderTemplate {
  const constant = { 'sluice-bucket': source.bucket, 'sluice-key': source.key, 'sluice-version': source.version };
  const parts: Buffer[] = [varint(Object.keys(constant).length + 1)];
  for (const [name, value] of Object.entries(constant)) parts.push(field(name), field(value));
  parts.push(field('sluice-offset'));
  return { prefix: Buffer.concat(parts), offsets: true };
}

function field(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes = Buffer.alloc(varintSize(value));
  writeVarint(bytes, 0, value);
  return bytes;
}

/** Bytes of a non-negative number as a zigzag varint. */
export function varintSize(value: number): number {
  if (value < 0x40) return 1;
  if (value < 0x2000) return 2;
  if (value < 0x100000) return 3;
  return value < 0x8000000 ? 4 : 5;
}

export function writeVarint(target: Uint8Array, at: number, value: number): number {
  let rest = value * 2;
  let next = at;
  while (rest >= 0x80) {
    target[next++] = (rest & 0x7f) | 0x80;
    rest = Math.floor(rest / 128);
  }
  target[next++] = rest;
  return next;
}

/** Size of a record's body, which its length counts. `key` and `value` are lengths in bytes, -1 for null. */
function bodySize(headers: HeaderTemplate, key: number, value: number, offset: number, offsetDelta: number): number {
  const digits = headers.offsets ? 1 + decimalSize(offset) : 0;
  return 2 + varintSize(offsetDelta) + itemSize(key) + itemSize(value) + headers.prefix.length + digits;
}

/** A length and as many bytes; null, which has only a length, for -1. */
function itemSize(length: number): number {
  return length < 0 ? 1 : varintSize(length) + length;
}

/** Size of row `row` when it stands alone in a batch; as the nth it takes up to 4 bytes more. */
export function recordSize(batch: RecordBatch, row: number, headers: HeaderTemplate): number {
  const body = bodySize(headers, keyLength(batch, row), itemLength(batch.values, row), batch.offsets[row] ?? 0, 0);
  return varintSize(body) + body;
}

/** Most bytes that a record takes beyond `recordSize`: its offset delta, and a length one byte longer for it. */
export const DELTA_SLACK = 5;

/** Writes `rows` of a batch for one partition into `target`, which has room for each one's `recordSize` and DELTA_SLACK. */
export function encodeRecords(
  batch: RecordBatch,
  rows: Uint32Array,
  partition: number,
  headers: HeaderTemplate,
  target: Buffer,
): EncodedRecords {
  let at = 0;
  for (let i = 0; i < rows.length; i++) at = writeRecord(target, at, batch, rows[i]!, i, headers);
  return { partition, count: rows.length, bytes: target.subarray(0, at), rows };
}

function writeRecord(
  target: Uint8Array,
  start: number,
  batch: RecordBatch,
  row: number,
  offsetDelta: number,
  headers: HeaderTemplate,
): number {
  const key = keyLength(batch, row);
  const offset = batch.offsets[row] ?? 0;
  let at = writeVarint(target, start, bodySize(headers, key, itemLength(batch.values, row), offset, offsetDelta));
  target[at++] = 0;
  target[at++] = 0;
  at = writeVarint(target, at, offsetDelta);
  if (key < 0 || batch.keys === undefined) target[at++] = 1;
  else at = writeItem(target, at, batch.keys, row);
  at = writeItem(target, at, batch.values, row);
  target.set(headers.prefix, at);
  at += headers.prefix.length;
  return headers.offsets ? writeDecimal(target, at, offset) : at;
}

function writeItem(target: Uint8Array, start: number, column: Column, row: number): number {
  const from = row === 0 ? 0 : column.ends[row - 1]!;
  const to = column.ends[row]!;
  const at = writeVarint(target, start, to - from);
  target.set(column.bytes.subarray(from, to), at);
  return at + to - from;
}

/** A length and a whole number in decimal. */
function writeDecimal(target: Uint8Array, start: number, value: number): number {
  const digits = decimalSize(value);
  const at = writeVarint(target, start, digits);
  let rest = value;
  for (let i = at + digits - 1; i >= at; i--) {
    const tenth = Math.floor(rest / 10);
    target[i] = 48 + (rest - tenth * 10);
    rest = tenth;
  }
  return at + digits;
}

function decimalSize(value: number): number {
  let digits = 1;
  for (let bound = 10; value >= bound; bound *= 10) digits++;
  return digits;
}

export function itemLength({ ends }: Column, row: number): number {
  return ends[row]! - (row === 0 ? 0 : ends[row - 1]!);
}

/** Length of a row's key in bytes, -1 if it has none. */
export function keyLength(batch: RecordBatch, row: number): number {
  if (batch.keys === undefined || batch.keyNulls?.[row] === 1) return -1;
  return itemLength(batch.keys, row);
}
