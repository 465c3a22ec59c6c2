// What is told of an alignment while it goes on: the progress, what failed, and with --json its lines.

import type { AlignEvent, AlignSummary, Running } from '../../index.js';
import type { Console } from './console.js';

/** What is said at the first Ctrl-C of an alignment. */
export const STOPPING_ALIGNMENT = 'stopping once what is in work is written; again: stop at once';

/** Follows an alignment to its end, and tells of it. @throws what the alignment throws */
export async function tellAlignment(
  alignment: Running<AlignEvent, AlignSummary>,
  console: Console,
  json: boolean,
): Promise<AlignSummary> {
  let done = 0;
  let wanted = 0;
  try {
    for await (const event of alignment) {
      if (event.type === 'started') {
        wanted = event.wanted;
        console.beginProgress(wanted);
      }
      if (!('line' in event)) continue;
      const { type, picture, line } = event;
      const { error = '' } = line;
      if (type === 'failed') console.error(error.startsWith(picture.path) ? error : `${picture.path}: ${error}`);
      if (json) console.result(JSON.stringify(line));
      done++;
      console.progress({ done, count: `${done} of ${wanted} done` });
    }
  } finally {
    console.endProgress();
  }
  return alignment.summary;
}
