// What a search tells, as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).

import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { LiveSearch } from './live-search.js';

/** So often something is sent, so that nobody between takes the line for dead, and a client that is gone is noticed. */
const BEAT_MS = 15_000;
/** After so long an EventSource comes back. */
const RETRY_MS = 1000;
/** A client that takes nothing for so long is gone. */
const STUCK_MS = 30_000;

/** Answers with a search's events: from the first one on, or behind the one that `Last-Event-ID` names. */
export function sendEvents(c: Context, search: LiveSearch): Response {
  const last = Number.parseInt(c.req.header('last-event-id') ?? '-1', 10);
  const from = last >= 0 ? last + 1 : 0;
  // Who has heard all and comes back, as an EventSource does by itself, is told by this not to.
  if (search.isOver && from >= search.count) return c.body(null, 204);
  if (c.req.method === 'HEAD') return c.body(null, 200, { 'Content-Type': 'text/event-stream' });
  return streamSSE(c, async (stream) => {
    const gone = new AbortController();
    stream.onAbort(() => gone.abort());
    const leave = () => {
      gone.abort();
      // The stream's own end waits for what is not taken.
      (c.env as Partial<HttpBindings> | undefined)?.outgoing?.destroy();
    };
    const write = (send: () => Promise<unknown>) => writeSoon(gone.signal, leave, send);
    const beat = setInterval(() => void write(() => stream.write(': still here\n\n')), BEAT_MS);
    try {
      await write(() => stream.write(`retry: ${RETRY_MS}\n\n`));
      for await (const [id, { type, ...data }] of search.listen(from, gone.signal)) {
        const message = { id: `${id}`, event: type, data: JSON.stringify(data) };
        await write(() => stream.writeSSE(message));
      }
    } finally {
      clearInterval(beat);
    }
  });
}

/** Writes, unless the client is gone; one that takes nothing is taken for that. */
async function writeSoon(gone: AbortSignal, leave: () => void, send: () => Promise<unknown>): Promise<void> {
  if (gone.aborted) return;
  const written = new AbortController();
  const stuck = sleep(STUCK_MS, 'stuck', { signal: written.signal }).catch(() => undefined);
  const ended = await Promise.race([send().catch(() => 'stuck'), stuck]);
  written.abort();
  if (ended === 'stuck') leave();
}
