import net from 'node:net';
import tls from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

/** Connections that can be cut all at once, for good. */
export interface Gate {
  readonly socketFactory: ISocketFactory;
  shut(): void;
}

/**
 * kafkajs repeats what was under way when it was told to disconnect, and connects anew to do so; and it disconnects only
 * once every answer is there. Behind a shut gate it can do neither.
 */
export function createGate(open: ISocketFactory = connectStraight): Gate {
  const sockets = new Set<net.Socket>();
  let isShut = false;
  return {
    socketFactory(asked) {
      if (isShut) throw new Error('the connection was let go');
      const socket = open(asked);
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      return socket;
    },
    shut() {
      isShut = true;
      for (const socket of sockets) socket.destroy(new Error('the connection was let go'));
    },
  };
}

const connectStraight: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const socket = ssl
    ? tls.connect({ host, port, ...(net.isIP(host) === 0 && { servername: host }), ...ssl }, onConnect)
    : net.connect({ host, port }, onConnect);
  return socket.setKeepAlive(true, 60_000);
};
