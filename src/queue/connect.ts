// The connection to a queue: BullMQ on Redis, Valkey or PostgreSQL.

import type { Queue, QueueOptions, Worker, WorkerOptions } from 'bullmq';
import { BrokenOffError, type FacewrightError } from '../errors.js';
import { ahead } from '../runs/ahead.js';
import { parseQueueAddress, type QueueAddress } from './address.js';
import type { JobData } from './job.js';
import { loadPeers } from './peer.js';

/** What BullMQ calls the queue. */
const QUEUE_NAME = 'faces';
/** Before BullMQ's keys in Redis; its tables' schema in PostgreSQL. */
const NAMESPACE = 'facewright';
/** How long a server may take to answer the first question. */
const ANSWER_MS = 10_000;
/** How long a question may wait for one of PostgreSQL's connections, of which there are ten. */
const TURN_MS = 60_000;
/** Jobs whose states are asked for at once. */
const STATES_AT_ONCE = 32;

export type FaceQueue = Queue<JobData, null, string>;
export type FaceWorker = Worker<JobData, null, string>;

/** A server that was there and let us in. */
export interface QueueServer {
  readonly address: QueueAddress;
  queue(options?: Partial<QueueOptions>): FaceQueue;
  /** A worker whose jobs are fetched by whoever has it. */
  worker(options: Partial<WorkerOptions>): FaceWorker;
}

/**
 * Finds the server of a queue, and prepares it.
 *
 * @param text the queue's address
 * @throws FacewrightError for what is no address, and where a package is missing; BrokenOffError when the server does not
 *   answer, or does not let us in
 */
export async function connectQueue(text: string): Promise<QueueServer> {
  const address = parseQueueAddress(text);
  return address.kind === 'redis' ? connectRedis(address) : connectPostgres(address);
}

async function connectRedis(address: QueueAddress): Promise<QueueServer> {
  const [{ Queue, Worker }, { Redis }] = await loadPeers(`--queue ${address.shown}`, ['bullmq', 'ioredis'], () =>
    Promise.all([import('bullmq'), import('ioredis')]),
  );
  let reason: unknown;
  const probe = new Redis(address.url, {
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: ANSWER_MS,
    maxRetriesPerRequest: 0,
  });
  probe.on('error', (error) => {
    reason = error;
  });
  try {
    await probe.connect();
    await probe.ping();
  } catch (error) {
    throw unreachable(address, reason ?? error);
  } finally {
    probe.disconnect();
  }
  // A worker waits for a server that is restarted, however long that takes.
  const connection = { url: address.url, maxRetriesPerRequest: null };
  const common = { connection, prefix: NAMESPACE };
  return {
    address,
    queue: (options) => new Queue<JobData, null, string>(QUEUE_NAME, { ...options, ...common }) as FaceQueue,
    worker: (options) =>
      new Worker<JobData, null, string>(QUEUE_NAME, null, { ...options, ...common, autorun: false }) as FaceWorker,
  };
}

async function connectPostgres(address: QueueAddress): Promise<QueueServer> {
  const [bullmq, { default: pg }] = await loadPeers(`--queue ${address.shown}`, ['bullmq', 'pg'], () =>
    Promise.all([import('bullmq'), import('pg')]),
  );
  const client = new pg.Client({ connectionString: address.url, connectionTimeoutMillis: ANSWER_MS });
  // A connection that breaks between two questions is told by the next one.
  client.on('error', () => {});
  try {
    await client.connect();
    await bullmq.runMigrations(client, NAMESPACE);
  } catch (error) {
    throw unreachable(address, error);
  } finally {
    await client.end().catch(() => {});
  }
  const { Queue, Worker } = bullmq.withBackend(bullmq.createPostgresBackend);
  const connection = { connectionString: address.url, schema: NAMESPACE, connectionTimeoutMillis: TURN_MS };
  return {
    address,
    queue: (options) => new Queue(QUEUE_NAME, { ...options, connection }) as unknown as FaceQueue,
    worker: (options) =>
      new Worker(QUEUE_NAME, null, { ...options, connection, autorun: false }) as unknown as FaceWorker,
  };
}

/** The states of jobs, in their order; `unknown` for those that are not in the queue. */
export async function statesOf(queue: FaceQueue, ids: readonly string[]): Promise<string[]> {
  const states: string[] = [];
  for await (const state of ahead(ids, STATES_AT_ONCE, (id) => queue.getJobState(id))) states.push(state);
  return states;
}

/** Codes and beginnings of messages by which servers refuse somebody. */
const REFUSED = /^(?:28P01|28000|WRONGPASS|NOAUTH|ERR AUTH|NOPERM)/;

/** The sentence about a server that cannot be used. */
function unreachable({ kind, shown }: QueueAddress, error: unknown): FacewrightError {
  const { code, message } = error as NodeJS.ErrnoException;
  const said = message.split('\n', 1)[0];
  if (REFUSED.test(code ?? '') || REFUSED.test(said) || /password must be a string/.test(said)) {
    const example = kind === 'redis' ? 'redis://:PASSWORD@HOST' : 'postgres://USER:PASSWORD@HOST/DATABASE';
    return new BrokenOffError(`${shown}: lets nobody in with this password (${said}); give the right one: ${example}`);
  }
  const why = code !== undefined && /^E[A-Z]/.test(code) ? code : said;
  return new BrokenOffError(
    `${shown}: no queue can be had there (${why}); start the server, or choose another --queue`,
  );
}

/** Whether an error is about the connection, which may come back. */
export function isConnectionError(error: unknown): boolean {
  const { code = '', message = '' } = error as NodeJS.ErrnoException;
  return (
    /^E(?:CONN|PIPE|HOST|NET|TIMEDOUT|AI_AGAIN|NOTFOUND)/.test(code) ||
    // PostgreSQL: it is shut down, starts, or has no room for another connection.
    /^(?:57P0[123]|53300|08\w{3})$/.test(code) ||
    /Connection (?:is closed|terminated|ended)|timeout exceeded when trying to connect|LOADING|Stream isn't writeable/i.test(
      message,
    )
  );
}
