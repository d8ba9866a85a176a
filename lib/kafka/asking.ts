import type { Admin } from 'kafkajs';
import type { ConnectionOptions } from './connection.ts';
import type { KafkaEndpoint } from './contract.ts';
import { createCoordinatedClient } from './coordinator.ts';
import type { Destination } from './finding.ts';
import { untilReady } from './patience.ts';

export interface Asking {
  /** Connects at the first call, and anew after a failure. Throws SluiceError of stage `kafka`. */
  ask<T>(work: (admin: Admin) => Promise<T>, destination?: Omit<Destination, 'endpoint'>): Promise<T>;
  close(): Promise<void>;
}

/** An administrator's connection that is there when something is asked. */
export function createAsking(endpoint: KafkaEndpoint, options: ConnectionOptions): Asking {
  const { client, failure } = createCoordinatedClient(endpoint, options);
  let connected: Promise<Admin> | undefined;

  async function connect(): Promise<Admin> {
    const admin = client.admin();
    try {
      await admin.connect();
    } catch (error) {
      await admin.disconnect();
      throw error;
    }
    return admin;
  }

  async function close(): Promise<void> {
    const closing = connected;
    connected = undefined;
    // A connection that broke already has nothing left to save.
    await closing?.then((admin) => admin.disconnect()).catch(() => undefined);
  }

  return {
    ask: (work, destination = {}) =>
      untilReady(async () => {
        try {
          connected ??= connect();
          return await work(await connected);
        } catch (error) {
          await close();
          throw failure(error, { endpoint, ...destination });
        }
      }),
    close,
  };
}
