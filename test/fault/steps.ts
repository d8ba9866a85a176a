import net from 'node:net';
import type { ISocketFactory } from 'kafkajs';
import type { Mode } from './points.ts';
import type { Fault, Word } from './task.ts';

/** Kafka's number of the request by which a step takes effect. */
const REQUEST: Readonly<Record<string, number>> = {
  send: 0,
  letter: 0,
  offsets: 28,
  commit: 26,
  greet: 26,
  stop: 26,
  resume: 26,
  done: 26,
};

/**
 * Says which steps a run comes by, and brings its fault about. The signal is the process's own: sent from outside, it
 * would come a little later than it was meant to.
 */
export class Steps {
  readonly #fault: Fault | undefined;
  readonly #tell: (word: Word) => void;
  #left: number;
  #underWay: string | undefined;

  constructor(fault: Fault | undefined, tell: (word: Word) => void) {
    this.#fault = fault;
    this.#tell = tell;
    this.#left = fault?.skip ?? 0;
  }

  async around<T>(step: string, work: () => Promise<T>): Promise<T> {
    this.#reach(step, 'before');
    if (REQUEST[step] !== undefined) this.#underWay = step;
    const result = await work();
    this.#underWay = undefined;
    this.#reach(step, 'after');
    return result;
  }

  /** Connections straight to the broker, whose requests are seen. */
  socketFactory: ISocketFactory = ({ host, port, onConnect }) => {
    const socket = net.connect({ host, port }, onConnect);
    const write = socket.write.bind(socket);
    socket.write = ((chunk: Buffer, encoding: BufferEncoding) => {
      const step = this.#underWay;
      const takesEffect = step !== undefined && chunk.length > 6 && chunk.readInt16BE(4) === REQUEST[step];
      return takesEffect ? write(chunk, encoding, () => this.#reach(step, 'under way')) : write(chunk, encoding);
    }) as typeof socket.write;
    return socket.setKeepAlive(true, 60_000);
  };

  #reach(step: string, mode: Mode): void {
    this.#tell({ kind: 'at', step, mode });
    const fault = this.#fault;
    if (fault?.step !== step || fault.mode !== mode || this.#left-- !== 0) return;
    this.#tell({ kind: 'struck' });
    if (fault.how !== 'word') process.kill(process.pid, fault.how);
  }
}
