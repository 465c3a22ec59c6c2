// What a worker counts, for Prometheus.

import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { FacewrightError } from '../errors.js';
import { hostInUrl } from '../node/host.js';
import type { WorkEvent } from './events.js';
import type { QueueStatus } from './keeper.js';

/** How long the queue may take to answer, in milliseconds; and how old an answer may be. */
const PATIENCE_MS = 2000;

/** Counts what a worker does. */
export class WorkCounters {
  readonly #counts = { found: 0, failed: 0, retried: 0, batches: 0, seconds: 0 };
  #opened: { readonly model: string; readonly adapter: string } | undefined;

  add(event: WorkEvent): void {
    const counts = this.#counts;
    if (event.type === 'opened') this.#opened = { model: event.info.name, adapter: event.adapter };
    if (event.type === 'begun') counts.batches++;
    if (event.type === 'failed') counts[event.again ? 'retried' : 'failed']++;
    if (event.type === 'found') {
      counts.found++;
      counts.seconds += event.line.seconds;
    }
  }

  /** The text format of Prometheus. @param queue how the queue stands; undefined where it does not answer */
  text(queue: QueueStatus | undefined): string {
    const { found, failed, retried, batches, seconds } = this.#counts;
    const lines = [
      ...metric('facewright_results_found_total', 'counter', 'Results that this worker found.', found),
      ...metric('facewright_results_failed_total', 'counter', 'Jobs that failed here for good.', failed),
      ...metric('facewright_results_retried_total', 'counter', 'Jobs that failed here and are tried again.', retried),
      ...metric('facewright_batches_total', 'counter', 'Batches that were searched for.', batches),
      ...metric('facewright_search_seconds_total', 'counter', 'Seconds of search for what was found.', seconds),
      ...metric('facewright_queue_up', 'gauge', 'Whether the queue answers.', queue === undefined ? 0 : 1),
    ];
    if (this.#opened !== undefined) {
      const labels = Object.entries(this.#opened).map(([name, value]) => `${name}="${escaped(value)}"`);
      lines.push(...metric('facewright_generator_info', 'gauge', 'The generator that is open.', 1, labels.join(',')));
    }
    if (queue !== undefined) {
      lines.push(...heading('facewright_queue_jobs', 'gauge', 'Jobs of the queue, by their state.'));
      for (const state of ['waiting', 'active', 'delayed', 'failed'] as const) {
        lines.push(`facewright_queue_jobs{state="${state}"} ${queue[state]}`);
      }
      lines.push(...metric('facewright_queue_done_total', 'counter', 'Jobs done by all workers.', queue.done));
    }
    return `${lines.join('\n')}\n`;
  }
}

function heading(name: string, type: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function metric(name: string, type: string, help: string, value: number, labels?: string): string[] {
  return [...heading(name, type, help), `${name}${labels === undefined ? '' : `{${labels}}`} ${value}`];
}

function escaped(label: string): string {
  return label.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));
}

export interface MetricsOptions {
  /** By default only this machine is answered. */
  readonly host?: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly counters: WorkCounters;
  /** How the queue stands. */
  readonly status: () => Promise<QueueStatus>;
}

/** A page at /metrics, until it is closed. */
export interface MetricsPage {
  readonly url: string;
  close(): void;
}

/** Serves what a worker counts at /metrics. @throws FacewrightError where the port is taken */
export async function serveMetrics({
  host = '127.0.0.1',
  port,
  counters,
  status,
}: MetricsOptions): Promise<MetricsPage> {
  const server = createServer(async ({ method, url }, response) => {
    if (url !== '/metrics' || (method !== 'GET' && method !== 'HEAD')) {
      response.writeHead(404).end('only GET /metrics\n');
      return;
    }
    const text = counters.text(await patiently(status));
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text);
  });
  await listen(server, host, port);
  // The page alone keeps no worker going.
  server.unref();
  const address = server.address();
  const given = address !== null && typeof address === 'object' ? address.port : port;
  return {
    url: `http://${hostInUrl(host)}:${given}/metrics`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new FacewrightError(`--metrics ${host}:${port}: cannot be listened on (${error.code}); choose another port`),
      );
    });
    server.listen(port, host, resolve);
  });
}

/** An answer, if it comes soon. */
async function patiently<T>(ask: () => Promise<T>): Promise<T | undefined> {
  const answered = new AbortController();
  const patience = sleep(PATIENCE_MS, undefined, { signal: answered.signal }).catch(() => undefined);
  try {
    return await Promise.race([ask().catch(() => undefined), patience]);
  } finally {
    answered.abort();
  }
}
