import { Framed, HEADROOM } from '../../../lib/kafka/wire/framed.ts';
import { SpareBuffers } from '../../../lib/kafka/wire/spare-buffers.ts';

interface Encoder {
  readonly buffer: Buffer;
}
/** kafkajs's own, which puts a header and a length before a body. */
const createRequest: (request: object) => Promise<Encoder> = jest.requireActual('kafkajs/src/protocol/request');
const of = (clientId: string, body: { readonly buf: Buffer; readonly buffer: Buffer }) =>
  createRequest({
    correlationId: 7,
    clientId,
    request: { apiKey: 0, apiVersion: 7, encode: async () => body },
  });

const BODY = Buffer.from('the body of a request');

function roomy(): Framed {
  const room = Buffer.alloc(HEADROOM + BODY.length + 100, 0xff);
  room.set(BODY, HEADROOM);
  return new Framed(room, HEADROOM, HEADROOM + BODY.length);
}

test.each([
  ['in the room before the body', 'sluice.dev.errors', true],
  ['into another buffer, where the room is too small for it', 'x'.repeat(HEADROOM), false],
])('a header goes %s', async (_where, clientId, inPlace) => {
  const body = roomy();
  const framed = await of(clientId, body);
  const copied = await of(clientId, { buf: BODY, buffer: BODY });
  expect(framed.buffer.equals(copied.buffer)).toBe(true);
  expect(framed.buffer.buffer === body.buf.buffer).toBe(inPlace);
});

describe('spare buffers', () => {
  test('one that came back is used again, if it is large enough', () => {
    const spare = new SpareBuffers(2);
    const first = spare.take(1000);
    spare.giveBack(first);
    expect(spare.take(900)).toBe(first);
    expect(spare.take(900)).not.toBe(first);
    spare.giveBack(first);
    expect(spare.take(100_000).length).toBeGreaterThanOrEqual(100_000);
  });

  test('no more are kept than were asked for', () => {
    const spare = new SpareBuffers(1);
    const [one, other] = [spare.take(10), spare.take(10)];
    spare.giveBack(one);
    spare.giveBack(other);
    expect(spare.take(10)).toBe(one);
    expect(spare.take(10)).not.toBe(other);
  });
});
