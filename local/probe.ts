/** Questions to servers and ports. All of them go to 127.0.0.1, none of them throws for "no". */
import net from 'node:net';

/** Connects, sends `hello` if there is one, and resolves with the first bytes of the answer; undefined if nothing came. */
export function converse(port: number, hello?: Uint8Array | string, timeoutMs = 2000): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: '127.0.0.1', port });
    const finish = (answer: Buffer | undefined) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => finish(undefined));
    socket.once('error', () => finish(undefined));
    socket.once('close', () => resolve(undefined));
    socket.once('connect', () => (hello === undefined ? finish(Buffer.alloc(0)) : socket.write(hello)));
    socket.once('data', finish);
  });
}

export async function answersHttp(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
