import { firstElement, nextElement, skipSpace, skipString, skipValue } from '../../format/json/scan.ts';
import type { OutputFormat } from '../../format/options.ts';
import { Field, type TextReader } from '../../format/reader.ts';
import { WriteBuffer } from '../../format/write-buffer.ts';
import { csvStyle } from '../../format/write-csv.ts';
import { jsonKey, Openings, writeJsonRecord, writeJsonText } from '../../format/write-json.ts';
import type { JsonRow } from '../fields/json-row.ts';
import { Found } from '../fields/span.ts';
import { writeFoundAsCsv, writeFoundAsJson } from './found.ts';
import { closeObject, type WriteRow } from './projections.ts';

const COMMA = 0x2c;
const EMPTY = Buffer.from('{}');

/** `SELECT *` over records of fields: as many columns as the record has; those beyond the header are `_n`. One that a log leaves out is MISSING. */
export function writeAllFields(output: OutputFormat, header: readonly string[] | undefined): WriteRow<TextReader> {
  if (output.kind === 'csv') return allFieldsAsCsv(output);
  const keys: Buffer[] = (header ?? []).map(jsonKey);
  const openings = new Openings(header ?? []);
  const keyOf = (i: number) => (keys[i] ??= jsonKey(`_${i + 1}`));
  return (reader, out) => {
    const { separator } = reader;
    if (separator !== undefined && separator >= 0) {
      writeJsonRecord(out, reader.bytes, reader.start, reader.stop, separator, openings);
      return;
    }
    out.byte(0x7b);
    for (let i = 0; ; i++) {
      const field = reader.field(i);
      if (field === Field.ABSENT) {
        if (i >= reader.count()) break;
        continue;
      }
      out.raw(keyOf(i));
      writeFoundAsJson(out, reader, field === Field.PLAIN ? Found.FIELD : Found.QUOTED);
      out.byte(COMMA);
    }
    closeObject(out);
  };
}

function allFieldsAsCsv(output: Extract<OutputFormat, { kind: 'csv' }>): WriteRow<TextReader> {
  const style = csvStyle(output);
  const scratch = new WriteBuffer(1024);
  return (reader, out) => {
    for (let i = 0; ; i++) {
      const field = reader.field(i);
      if (field === Field.ABSENT && i >= reader.count()) break;
      if (i > 0) out.raw(style.delimiter);
      if (field !== Field.ABSENT)
        writeFoundAsCsv(out, style, reader, field === Field.PLAIN ? Found.FIELD : Found.QUOTED, scratch);
    }
  };
}

/** `SELECT *` over JSON: an object as it is; what is no object is a column `_1`; MISSING is an empty row. */
export function writeWholeValue(output: OutputFormat): WriteRow<JsonRow> {
  if (output.kind === 'csv') return wholeValueAsCsv(output);
  const key = jsonKey('_1');
  return (row, out) => {
    const { members } = row.reader;
    if (members?.compact) {
      out.block(row.bytes, members.from, members.to);
      return;
    }
    const found = row.whole();
    if (found === Found.MISSING) out.raw(EMPTY);
    else if (found === Found.STRUCT) writeJsonText(out, row.bytes, row.from, row.to);
    else {
      out.byte(0x7b);
      out.raw(key);
      writeFoundAsJson(out, row, found);
      out.byte(0x7d);
    }
  };
}

function wholeValueAsCsv(output: Extract<OutputFormat, { kind: 'csv' }>): WriteRow<JsonRow> {
  const style = csvStyle(output);
  const scratch = new WriteBuffer(1024);
  return (row, out) => {
    const found = row.whole();
    if (found === Found.STRUCT) writeMembers(row, out);
    else writeFoundAsCsv(out, style, row, found, scratch);
  };

  function writeMembers(row: JsonRow, out: WriteBuffer): void {
    const { bytes, from, to } = row;
    let key = firstElement(bytes, from, to);
    if (bytes[key] !== 0x22) return;
    for (let first = true; key >= 0; first = false) {
      if (!first) out.raw(style.delimiter);
      const value = skipSpace(bytes, skipSpace(bytes, skipString(bytes, key, to), to) + 1, to);
      writeFoundAsCsv(out, style, row, row.valueAt(value), scratch);
      key = nextElement(bytes, skipValue(bytes, value, to), to);
    }
  }
}

/** The source record's own bytes. */
export function writeRaw<R>(window: (row: R) => { bytes: Uint8Array; start: number; stop: number }): WriteRow<R> {
  return (row, out) => {
    const { bytes, start, stop } = window(row);
    out.block(bytes, start, stop);
  };
}
