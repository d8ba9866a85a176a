import fc from 'fast-check';
import { JsonParser } from '../../../lib/message/json/parser.ts';
import { jsonText } from '../../../lib/message/json/text.ts';
import { RecordError } from '../../../lib/select/values/record-error.ts';
import type { Value } from '../../../lib/select/values/value.ts';

const parser = new JsonParser();

function read(text: string): { readonly value: Value } | undefined {
  try {
    return { value: parser.one(text) };
  } catch (error) {
    if (error instanceof RecordError) return undefined;
    throw error;
  }
}

/** As JSON.parse has it: numbers rounded, the last of members of one name. As text, since an integer has no negative zero here. */
function viaText(text: string): string | undefined {
  const found = read(text);
  return found === undefined ? undefined : JSON.stringify(JSON.parse(jsonText(found.value)));
}

function viaNode(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return undefined;
  }
}

const names = fc.constantFrom('a', 'b', 'c', 'id', 'ä', '"', '\\', '__proto__', '');
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'grapheme' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.constantFrom(true, false, null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(names, tie('value')), { maxLength: 5 }).map((members) => ({ members })),
  ),
})).value;

/** With members of one name several times, spaces anywhere, and letters escaped or not. */
function written(value: unknown, space: string): string {
  if (Array.isArray(value)) return `[${space}${value.map((item) => written(item, space)).join(`${space},${space}`)}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const { members } = value as { members: [string, unknown][] };
  const texts = members.map(([name, each]) => `${JSON.stringify(name)}${space}:${space}${written(each, space)}`);
  return `{${space}${texts.join(`${space},`)}${space}}`;
}

describe('JSON', () => {
  it('reads as JSON.parse reads it', () => {
    const spaces = fc.constantFrom('', ' ', '\n\t', '\r\n  ');
    fc.assert(
      fc.property(json, spaces, (value, space) => {
        const text = written(value, space);
        expect(viaText(text)).toBe(viaNode(text));
      }),
      { numRuns: 1500 },
    );
  });

  it('is refused where JSON.parse refuses it', () => {
    const mutated = fc.tuple(
      json,
      fc.nat(),
      fc.constantFrom('', '"', ',', '}', ']', '\\', '0', '-', 'e', '.', ' ', '\u0000', 'x'),
    );
    fc.assert(
      fc.property(mutated, ([value, at, put]) => {
        const text = written(value, '');
        const place = at % (text.length + 1);
        const broken = text.slice(0, place) + put + text.slice(place + 1);
        expect(viaText(broken)).toBe(viaNode(broken));
      }),
      { numRuns: 3000 },
    );
  });

  it('keeps every digit', () => {
    const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,60})(\.\d{1,60})?$/);
    fc.assert(
      fc.property(digits, (text) => {
        const found = read(text)!;
        // A zero has a sign only where a fraction says that it is no integer, and such a zero is a float.
        const zero = /^-?0*\.?0*$/.test(text);
        if (zero) expect(Number(jsonText(found.value))).toBeCloseTo(0);
        else expect(exact(jsonText(found.value))).toBe(exact(text));
      }),
      { numRuns: 1500 },
    );
  });
});

/** Digits and where the point is, however the exponent is written. */
function exact(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d*))?(?:E([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  return `${sign}${digits}e${Number(exponent) - fraction.length}`;
}
