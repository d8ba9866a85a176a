import { daysInMonth, daysSinceEpoch, Timestamp } from '../../../../lib/select/values/timestamp.ts';

test.each([
  '2010',
  '2010-2T',
  '2010-13T',
  '2010-00T',
  '2010-02-30',
  '2010-02-00',
  '2010-02-03T04Z',
  '2010-02-03T04:05',
  '2010-02-03T24:00Z',
  '2010-02-03T04:60Z',
  '2010-02-03T04:05:60Z',
  '2010-02-03T04:05:06.Z',
  '2010-02-03T04:05+24:00',
  '2010-02-03T04:05+01:60',
  '0000T',
  '10000T',
  ' 2010T',
  '2010-02-03Z',
  '2010-02-03T04:05+08:00Z',
])('%s is no timestamp', (text) => expect(Timestamp.parse(text)).toBeUndefined());

test('counts days as the calendar does', () => {
  for (let days = -800_000; days < 800_000; days += 977) {
    const date = new Date(days * 86_400_000);
    expect(daysSinceEpoch(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate())).toBe(days);
  }
  expect([1900, 2000, 2011, 2012].map((year) => daysInMonth(year, 2))).toEqual([28, 29, 28, 29]);
});

test.each([0, 1, -1, 1_507_910_531_123, 253_402_300_799_999, -62_135_596_800_000])(
  '%p milliseconds are the same moment',
  (ms) => {
    const iso = new Date(ms).toISOString();
    expect(Timestamp.fromEpoch(ms).toString()).toBe(iso);
    expect(Timestamp.parse(iso)!.epochSeconds()).toBe(Math.floor(ms / 1000));
  },
);

test('a difference is the negative of its reverse', () => {
  const moments = ['2010T', '2010-01-31', '2010-02-28T23:59:59.5Z', '2012-02-29', '2010-02-28T23:59:59.5+05:00'].map(
    (text) => Timestamp.parse(text)!,
  );
  for (const a of moments) {
    for (const b of moments) {
      for (const part of ['year', 'month', 'day', 'hour', 'minute', 'second'] as const) {
        expect(a.until(b, part)).toBe(0 - b.until(a, part) + 0);
      }
    }
  }
});
