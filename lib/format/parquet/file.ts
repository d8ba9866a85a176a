import { type AsyncBuffer, type FileMetaData, parquetRead } from 'hyparquet';
import type { RandomAccess } from '../../object/contract.ts';
import { WriteBuffer } from '../write-buffer.ts';
import { jsonKey } from '../write-json.ts';
import { CODECS } from './codecs.ts';
import { columnsOf, type ParquetColumn, physical } from './columns.ts';
import { decodingFailure, parquetFailure } from './failure.ts';
import type { WriteValue } from './leaf.ts';
import { readMetadata } from './metadata.ts';
import { ColumnValues } from './values.ts';

/** A chunk of lines is handed on when it has so many bytes: what a reader takes in at once. */
const CHUNK = 256 * 1024;
const LINE_END = 10;
/** So many encoded bytes are decoded at a time. As values they take up to seven times as much. */
const WINDOW = 32 * 1024 * 1024;

/** A Parquet file whose metadata was read. */
export interface ParquetFile {
  readonly columns: readonly ParquetColumn[];
  /**
   * The rows from `from` on (0-based) as JSON lines, an object with the named columns for each. One row group is read and
   * held at a time, and of it only these columns; it is decoded in parts, unless one of the columns is nested. A chunk is
   * valid until the next one is asked for.
   *
   * @throws SluiceError `ParquetParsingError`, `UnsupportedParquetType`, `ParquetUnsupportedCompressionCodec`, and what
   * the source throws
   */
  lines(names: readonly string[], from: number): AsyncIterable<Uint8Array>;
}

/** @throws SluiceError `ParquetParsingError`, `EncryptedParquet`, and what the source throws */
export async function openParquet(source: RandomAccess): Promise<ParquetFile> {
  const metadata = await readMetadata(source);
  try {
    const columns = columnsOf(metadata);
    return { columns, lines: (names, from) => lines(source, metadata, columns, new Set(names), from) };
  } catch (error) {
    throw decodingFailure(error, 'the Parquet footer');
  }
}

interface Wanted {
  readonly name: string;
  readonly key: Uint8Array;
  readonly write: WriteValue;
}

async function* lines(
  source: RandomAccess,
  metadata: FileMetaData,
  columns: readonly ParquetColumn[],
  names: ReadonlySet<string>,
  from: number,
): AsyncGenerator<Uint8Array> {
  const wanted: readonly Wanted[] = columns
    .filter(({ name }) => names.has(name))
    .map((column) => ({ name: column.name, key: jsonKey(column.name), write: column.writer() }));
  if (wanted.length > new Set(wanted.map(({ name }) => name)).size) {
    throw parquetFailure('UnsupportedParquetType', 'the file has several columns of a name that the query needs');
  }
  const stripped = physical(metadata);
  let start = 0;
  for (const [index, { num_rows: count }] of metadata.row_groups.entries()) {
    const end = start + Number(count);
    if (end > from) {
      checkGroup(stripped, index);
      const file = kept(source);
      const step = wanted.length === 0 ? end - start : windowOf(stripped, index, names);
      for (let row = Math.max(start, from); row < end; row += step) {
        yield* rowsOf(file, stripped, wanted, row, Math.min(row + step, end));
      }
    }
    start = end;
  }
}

/** How many rows of a group are decoded at a time. The decoder goes through the whole of a nested column each time. */
function windowOf({ row_groups: groups }: FileMetaData, index: number, names: ReadonlySet<string>): number {
  const { columns, num_rows: count } = groups[index]!;
  const read = columns.flatMap(({ meta_data: meta }) => (meta && names.has(meta.path_in_schema[0]!) ? [meta] : []));
  if (read.some(({ path_in_schema: path }) => path.length > 1)) return Number(count);
  const bytes = read.reduce((sum, { total_uncompressed_size: size }) => sum + Number(size), 0);
  return Math.ceil(Number(count) / Math.max(1, Math.ceil(bytes / WINDOW)));
}

async function* rowsOf(
  file: AsyncBuffer,
  metadata: FileMetaData,
  wanted: readonly Wanted[],
  start: number,
  end: number,
): AsyncGenerator<Uint8Array> {
  const where = `the Parquet file (rows ${start} to ${end - 1})`;
  const values = await read(file, metadata, wanted, start, end).catch((error: unknown) => {
    throw decodingFailure(error, where);
  });
  const out = new WriteBuffer(CHUNK + 4096);
  for (let row = start; row < end; row++) {
    try {
      writeRow(out, wanted, values, row);
    } catch (error) {
      throw decodingFailure(error, where);
    }
    if (out.length < CHUNK) continue;
    yield out.bytes.subarray(0, out.length);
    out.length = 0;
  }
  if (out.length > 0) yield out.bytes.subarray(0, out.length);
}

function writeRow(out: WriteBuffer, wanted: readonly Wanted[], values: readonly ColumnValues[], row: number): void {
  out.byte(0x7b);
  for (let i = 0; i < wanted.length; i++) {
    const { key, write } = wanted[i]!;
    if (i > 0) out.byte(0x2c);
    out.raw(key);
    write(out, values[i]!.at(row));
  }
  out.byte(0x7d);
  out.byte(LINE_END);
}

/** The decoder believes what the metadata says of a column. */
function checkGroup({ row_groups: groups, schema }: FileMetaData, index: number): void {
  const types = schema.flatMap(({ type }) => (type === undefined ? [] : [type]));
  const { columns } = groups[index]!;
  if (columns.some(({ crypto_metadata: crypto }) => crypto !== undefined)) {
    throw parquetFailure('EncryptedParquet', `row group ${index} has encrypted columns`);
  }
  if (columns.length !== types.length || columns.some(({ meta_data: meta }, i) => meta?.type !== types[i])) {
    throw parquetFailure('ParquetParsingError', `row group ${index} has other columns than the file's schema`);
  }
}

async function read(
  file: AsyncBuffer,
  metadata: FileMetaData,
  wanted: readonly Wanted[],
  start: number,
  end: number,
): Promise<readonly ColumnValues[]> {
  const values = new Map(wanted.map(({ name }) => [name, new ColumnValues()]));
  if (wanted.length > 0) {
    await parquetRead({
      file,
      metadata,
      columns: [...values.keys()],
      rowStart: start,
      rowEnd: end,
      utf8: false,
      geoparquet: false,
      compressors: CODECS,
      parsers: { timestampFromNanoseconds: (count) => count },
      onChunk: ({ columnName, columnData, rowStart }) => values.get(columnName)?.add(columnData, rowStart),
    });
  }
  return wanted.map(({ name }) => values.get(name)!);
}

/** What was read is kept for the next rows of the same row group. */
function kept(source: RandomAccess): AsyncBuffer {
  const ranges = new Map<string, Promise<ArrayBuffer>>();
  return {
    byteLength: source.size,
    slice(from, to = source.size) {
      const id = `${from}-${to}`;
      const range = ranges.get(id) ?? source.read(from, to).then(memoryOf);
      ranges.set(id, range);
      return range;
    },
  };
}

/** The decoder wants the memory itself: a view of something larger is copied. */
function memoryOf(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteLength } = bytes;
  return buffer instanceof ArrayBuffer && byteLength === buffer.byteLength ? buffer : new Uint8Array(bytes).buffer;
}
