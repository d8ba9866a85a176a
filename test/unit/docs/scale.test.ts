import { readFileSync } from 'node:fs';
import { need, scale } from '../../../docs/scale.ts';

const OBJECT = { name: '', objects: 86_400, bytes: 75e6, gzip: false };

describe('what a rule takes at scale', () => {
  test('the page is current (else run node docs/generate.mjs)', () => {
    expect(readFileSync('docs/scale.md', 'utf8')).toBe(scale());
  });

  test('plain objects at few matches wait for the network: one a second of 75 MB keeps one function busy', () => {
    const { seconds, limit, concurrency } = need(OBJECT);
    expect(limit).toBe('network');
    expect(seconds).toBeCloseTo(1.1);
    expect(concurrency).toBeCloseTo(1.1);
  });

  test('gzip is bound by unpacking, tiny objects by what each costs in itself', () => {
    expect(need({ ...OBJECT, gzip: true }).limit).toBe('select');
    expect(need({ ...OBJECT, bytes: 1_000 }).limit).toBe('object');
  });

  test('broker state follows objects with one ledger, instances with the other', () => {
    const [few, many] = [need(OBJECT), need({ ...OBJECT, objects: 864_000 })];
    expect(many.brokerByObject).toBeCloseTo(10 * few.brokerByObject);
    expect(few.brokerByInstance).toBeLessThan(few.brokerByObject / 1_000);
  });
});
