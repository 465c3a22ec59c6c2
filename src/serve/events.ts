// What a search tells, as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).

import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import type { LiveSearch } from './live-search.js';

/** So often something is sent, so that nobody between takes the line for dead, and a client that is gone is noticed. */
const BEAT_MS = 15_000;
/** A client that takes nothing for so long is gone. */
const STUCK_MS = 30_000;

/** Answers with a search's events: from the first one on, or behind the one that `Last-Event-ID` names. */
export function sendEvents(c: Context, search: LiveSearch): Response {
  const last = Number.parseInt(c.req.header('last-event-id') ?? '-1', 10);
  return streamSSE(c, async (stream) => {
    const gone = new AbortController();
    stream.onAbort(() => gone.abort());
    const beat = setInterval(() => void write(stream, gone, () => stream.write(': still here\n\n')), BEAT_MS);
    try {
      for await (const [id, { type, ...data }] of search.listen(last >= 0 ? last + 1 : 0, gone.signal)) {
        const message = { id: `${id}`, event: type, data: JSON.stringify(data) };
        await write(stream, gone, () => stream.writeSSE(message));
      }
    } finally {
      clearInterval(beat);
    }
  });
}

/** Writes, unless the client is gone; one that takes nothing is taken for that. */
async function write(stream: SSEStreamingApi, gone: AbortController, send: () => Promise<unknown>): Promise<void> {
  if (gone.signal.aborted) return;
  const written = new AbortController();
  const stuck = sleep(STUCK_MS, 'stuck', { signal: written.signal }).catch(() => undefined);
  const ended = await Promise.race([send().catch(() => 'stuck'), stuck]);
  written.abort();
  if (ended !== 'stuck') return;
  gone.abort();
  stream.abort();
}
