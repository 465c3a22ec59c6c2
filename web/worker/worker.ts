// The search, in a worker: the page stays at ease whatever the GPU does.

import { AbortedError, DeviceLostError, errorText, OutOfMemoryError } from 'facewright/browser';
import { BackendError, type FailureKind } from '../backend.js';
import type { Answer, Asked } from './messages.js';
import { Session } from './session.js';

const answer = (message: Answer) => postMessage(message);

/** Stops the search of that number, whether it is under way or waits. */
const stops = new Map<number, AbortController>();

let session: Promise<Session>;
/** What was asked for is done one after another. A search that was stopped while it compiles goes on until that is done. */
let last: Promise<void> = Promise.resolve();

addEventListener('message', ({ data }: MessageEvent<Asked>) => {
  if (data.type === 'open') {
    session = Session.open(data.weights, (readying) => answer({ type: 'readying', readying }));
    session.then(({ info }) => answer({ type: 'opened', info })).catch((error) => fail(error));
  } else if (data.type === 'stop') {
    stops.get(data.number)?.abort();
  } else {
    const { number, request } = data;
    const stop = new AbortController();
    stops.set(number, stop);
    last = last
      .then(async () => (await session).search(request, stop.signal, (told) => answer({ type: 'told', number, told })))
      .catch((error) => {
        if (!(error instanceof AbortedError)) fail(error, number);
      })
      .finally(() => stops.delete(number));
  }
});

function fail(error: unknown, number?: number): void {
  const message = error instanceof BackendError ? error.message : errorText(error);
  answer({ type: 'failed', number, kind: kindOf(error), message });
}

function kindOf(error: unknown): FailureKind {
  if (error instanceof BackendError) return error.kind;
  // What browsers throw when the page itself may have no more.
  const isFull = error instanceof RangeError && /allocat/i.test(error.message);
  if (error instanceof OutOfMemoryError || isFull) return 'memory';
  return error instanceof DeviceLostError ? 'lost' : 'other';
}
