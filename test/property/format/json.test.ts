import fc from 'fast-check';
import type { PathStep } from '../../../lib/format/reader.ts';
import { everyCut, type Item, read } from '../../support/read.ts';

const names = ['a', 'b', 'B', 'é', 'q"uote'];
const steps: fc.Arbitrary<PathStep> = fc.oneof(
  fc.constant({ kind: 'each' } as const),
  fc.record({ kind: fc.constant('name' as const), name: fc.constantFrom(...names), exact: fc.boolean() }),
  fc.record({ kind: fc.constant('index' as const), index: fc.nat(2) }),
);
const paths = fc.array(steps, { maxLength: 4 }).map((inner): readonly PathStep[] => [{ kind: 'each' }, ...inner]);
/** Values in which the paths above find something. */
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<unknown>(null, true, 0, -1.5e-7, 1e21, '', 'x', '\\"\n\u2028{[', 'é]}'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 3 }),
  ),
}));
const indents = fc.constantFrom<number | string>(0, 0, 1, '\t', '\r\n');
const documents = fc
  .array(fc.tuple(value, indents, fc.constantFrom('\n', ' ', ',\n', '\r\n')), { maxLength: 4 })
  .map((roots) => ({
    values: roots.map(([root]) => root),
    bytes: Buffer.from(roots.map(([root, indent, end]) => JSON.stringify(root, null, indent) + end).join('')),
  }));
const lines = fc.array(fc.tuple(value, fc.constantFrom('\n', '\r\n', ' \n\n')), { maxLength: 5 }).map((values) => ({
  values: values.map(([v]) => v),
  bytes: Buffer.from(values.map(([v, end]) => JSON.stringify(v) + end).join('')),
}));
/** Text that is nearly JSON. */
const wild = fc.oneof(
  fc
    .array(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ':',
        ',',
        '"',
        '"a"',
        '"b":',
        '1',
        '-',
        '0',
        '.5',
        'e+3',
        'true',
        'nul',
        '\\',
        '\\u00e9',
        '\\ud8',
        ' ',
        '\n',
        '\t',
        '\u0000',
        'é',
      ),
      { maxLength: 14 },
    )
    .map((parts) => Buffer.from(parts.join(''))),
  fc.tuple(lines, fc.nat(), fc.constantFrom('', '"', '}', ',', '\\', 'x', '\n')).map(([{ bytes }, at, text]) => {
    const place = bytes.length === 0 ? 0 : at % bytes.length;
    return Buffer.concat([bytes.subarray(0, place), Buffer.from(text), bytes.subarray(place + 1)]);
  }),
);
const kinds = fc.constantFrom('json', 'jsonl' as const);
const runs = { numRuns: 300 };

describe('JSON lines', () => {
  test('are taken and refused as JSON.parse does', () => {
    fc.assert(
      fc.property(wild, (bytes) => {
        const { items } = read({ kind: 'jsonl' }, bytes);
        const expected = bytes
          .toString('utf8')
          .split('\n')
          .filter((line) => /[^ \t\r\n]/.test(line))
          .map((line) => (parses(line) ? 'value' : 'bad'));
        expect(items.map(({ kind }) => kind)).toEqual(expected);
      }),
      { numRuns: 1500 },
    );
  });

  test('give the rows of the path, line by line', () => {
    fc.assert(
      fc.property(lines, paths, ({ values, bytes }, path) => {
        expect(rowsOf(read({ kind: 'jsonl' }, bytes, [], { path }).items)).toEqual(model(values, path));
      }),
      runs,
    );
  });
});

describe('a JSON document', () => {
  test('gives the rows of the path', () => {
    fc.assert(
      fc.property(documents, paths, ({ values, bytes }, path) => {
        expect(rowsOf(read({ kind: 'json' }, bytes, [], { path }).items)).toEqual(model(values, path));
      }),
      { numRuns: 600 },
    );
  });

  test('is taken where JSON.parse takes it, and all that is taken is JSON with nothing but separators around it', () => {
    fc.assert(
      fc.property(wild, (bytes) => {
        const { items } = read({ kind: 'json' }, bytes);
        const taken = items.every(({ kind }) => kind === 'value');
        if (parses(bytes.toString())) expect(taken && items.length === 1).toBe(true);
        if (!taken) return;
        let end = 0;
        for (const { offset, length } of items) {
          expect(bytes.toString('latin1', end, offset)).toMatch(/^[ \t\r\n]*,?[ \t\r\n]*$/);
          end = offset + length;
          expect(parses(bytes.toString('utf8', offset, end))).toBe(true);
        }
        expect(bytes.toString('latin1', end)).toMatch(/^[ \t\r\n]*,?[ \t\r\n]*$/);
      }),
      { numRuns: 600 },
    );
  });
});

describe('JSON, in either format,', () => {
  test('is the same however the stream is cut', () => {
    fc.assert(
      fc.property(
        kinds,
        fc.oneof(
          documents.map(({ bytes }) => bytes),
          wild,
        ),
        paths,
        fc.array(fc.nat(80), { maxLength: 4 }),
        (kind, bytes, path, cuts) => {
          const whole = read({ kind }, bytes, [], { path });
          expect(read({ kind }, bytes, cuts, { path })).toEqual(whole);
          expect(read({ kind }, bytes, everyCut(bytes.length), { path })).toEqual(whole);
        },
      ),
      runs,
    );
  });

  test('goes on from any place that was consumed', () => {
    let places = 0;
    fc.assert(
      fc.property(kinds, documents, paths, (kind, { bytes }, path) => {
        const { items } = read({ kind }, bytes, [], { path });
        for (const [i, item] of items.entries()) {
          if (item.consumed < item.offset + item.length) continue;
          places++;
          const rest = read({ kind }, bytes.subarray(item.consumed), [], { path, at: item.consumed });
          expect(rest.items).toEqual(items.slice(i + 1));
        }
      }),
      runs,
    );
    expect(places).toBeGreaterThan(100);
  });

  test('stands where its offsets say', () => {
    fc.assert(
      fc.property(
        kinds,
        fc.oneof(
          documents.map(({ bytes }) => bytes),
          wild,
        ),
        paths,
        (kind, bytes, path) => {
          const { items, consumed } = read({ kind }, bytes, [], { path });
          let last = 0;
          for (const item of items) {
            expect(item.offset).toBeGreaterThanOrEqual(last);
            last = item.offset;
            const source = bytes.toString('latin1', item.offset, item.offset + item.length);
            expect(source).toContain(item.kind === 'value' ? item.text : item.kind === 'bad' ? item.raw : '');
          }
          if (!items.some((item) => item.kind === 'bad' && item.fatal)) expect(consumed).toBe(bytes.length);
        },
      ),
      runs,
    );
  });
});

function rowsOf(items: readonly Item[]): unknown[] {
  return items.map((item) => {
    if (item.kind !== 'value') return item;
    return item.text === '' ? undefined : JSON.parse(Buffer.from(item.text, 'latin1').toString());
  });
}

/** The rows as a few lines of JavaScript see them; `undefined` is MISSING. */
function model(roots: readonly unknown[], [, ...path]: readonly PathStep[]): unknown[] {
  return roots.flatMap((root) => walk(JSON.parse(JSON.stringify(root)), path));
}

function walk(value: unknown, [step, ...rest]: readonly PathStep[]): unknown[] {
  if (step === undefined) return [value];
  if (step.kind === 'name') {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return [undefined];
    const same = (key: string) => (step.exact ? key === step.name : key.toLowerCase() === step.name.toLowerCase());
    const member = Object.entries(value).find(([key]) => same(key));
    return member === undefined ? [undefined] : walk(member[1], rest);
  }
  if (!Array.isArray(value)) return [undefined];
  if (step.kind === 'index') return step.index < value.length ? walk(value[step.index], rest) : [undefined];
  return value.length === 0 ? [undefined] : value.flatMap((element) => walk(element, rest));
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
