import { laneId, objectId, prefixOf } from '../../../lib/ledger/names.ts';

const SCOPE = { stage: 'prod', rule: 'errors' };
const OBJECT = { bucket: 'logs', key: 'a', version: 'v' };

test('every id begins with the prefix of its rule', () => {
  expect(objectId(SCOPE, OBJECT)).toMatch(/^sluice\.prod\.errors\.[0-9a-f]{32}$/);
  expect(laneId(SCOPE, 'x1')).toBe('sluice.prod.errors.lane.x1');
  expect(prefixOf(SCOPE)).toBe('sluice.prod.errors.');
});

test('each part of an object makes another id, and no two triples run together', () => {
  const ids = [
    OBJECT,
    { ...OBJECT, version: 'w' },
    { ...OBJECT, key: 'av', version: '' },
    { ...OBJECT, bucket: 'logsa', key: '' },
    { ...OBJECT, key: 'a","v' },
  ].map((object) => objectId(SCOPE, object));
  expect(new Set(ids).size).toBe(ids.length);
  expect(objectId(SCOPE, { ...OBJECT })).toBe(ids[0]);
});
