import { StackFailure } from '../../../local/part.ts';
import { listeningInodes } from '../../../local/port-owner.ts';
import { portShift, ports } from '../../../local/ports.ts';

test('no two parts share a port', () => {
  const all = Object.values(ports());
  expect(new Set(all).size).toBe(all.length);
});

test('a shift moves all of them by the same distance', () => {
  expect(ports(1000).kafka - ports().kafka).toBe(1000);
  expect(ports(1000).tdengine - ports().tdengine).toBe(1000);
});

describe('SLUICE_PORT_SHIFT', () => {
  test.each([
    [undefined, 0],
    ['', 0],
    ['1000', 1000],
    ['-1000', -1000],
  ])('%p is %p', (text, shift) => {
    expect(portShift(text === undefined ? {} : { SLUICE_PORT_SHIFT: text })).toBe(shift);
  });

  test.each(['x', '1.5', '60000', '-5000', 'NaN'])('%p is refused', (text) => {
    expect(() => portShift({ SLUICE_PORT_SHIFT: text })).toThrow(StackFailure);
  });
});

test('of the sockets on a port, only the listening ones tell who owns it', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:18EB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0',
    '   1: 0100007F:18EB 0100007F:D2F0 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 20 4 30 10 -1',
    '   2: 0100007F:2384 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0 100 0 0 10 0',
  ].join('\n');
  expect(listeningInodes(table, 6379)).toEqual(['4711']);
});
