// facewright emoji: finds faces for emoji, all that are asked for of all sets that are asked for.

import { createHash } from 'node:crypto';
import type { ArgumentsCamelCase } from 'yargs';
import { sizeOf } from '../../emoji/report/subject.js';
import {
  allEmoji,
  type Drawing,
  drawingsOf,
  emojiTable,
  enqueueEmoji,
  type JournalLine,
  partOf,
  type RunSummary,
  readResults,
  searchEmoji,
  selectEmoji,
} from '../../index.js';
import { cachePath } from '../../node/paths.js';
import { parseBucket } from '../../queue/store.js';
import { groupBy } from '../../results/group-by.js';
import { inFolder } from '../../runs/out-folder.js';
import { duplicateNumbers, resultFiles } from '../../runs/result-files.js';
import { counted } from '../../words.js';
import { Console } from '../shared/console.js';
import { endCode, exitCode, UsageError } from '../shared/exit.js';
import { interruptible } from '../shared/interrupt.js';
import { describeQueuedRun, type QueueRequest } from '../shared/queue-request.js';
import { runOptions, STOPPING } from '../shared/run-with.js';
import { duration, loss, table } from '../shared/table.js';
import { LEAVING, tellEnqueue } from '../shared/tell-enqueue.js';
import { tellRun } from '../shared/tell-run.js';
import { withGenerator } from '../shared/with-generator.js';
import { type EmojiRequest, readEmojiRequest } from './emoji-request.js';

export async function emojiCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const console = new Console(parsed.quiet === true);
  const request = await readEmojiRequest(parsed);
  const { words, all, tones, sets, frame, run } = request;
  const unicode = await emojiTable();
  const options = { tones, seed: run.seed };
  const emoji = all ? allEmoji(unicode, options) : selectEmoji(unicode, words, options);
  if (emoji.length === 0) throw new UsageError(`--tones ${tones.join(',')}: none of these emoji has such variants`);
  const drawings = partOf(drawingsOf(emoji, sets, frame), run.shard);
  if (request.dryRun) {
    console.result(await plan(request, drawings, process.stdout.columns));
    return exitCode.done;
  }
  if (request.queued !== undefined) return enqueue(request, request.queued, drawings, console);
  const ended = await inFolder(run.out, () => search(request, drawings, console));
  if (!run.json) console.result(summaryTable(ended.summary.lines));
  for (const line of notes(ended, request)) console.note(line);
  const { missed, without } = ended.summary;
  return endCode(ended.summary, run.strict, missed + without);
}

interface EndedEmoji {
  readonly summary: RunSummary;
  readonly seconds: number;
}

/** Opens the generator and searches for all drawings. */
function search(request: EmojiRequest, drawings: readonly Drawing[], console: Console): Promise<EndedEmoji> {
  const { run, sizes, minScore } = request;
  return withGenerator(run.generator, console, STOPPING, async (generator, { signal }) => {
    const began = performance.now();
    const options = { ...runOptions(run, generator), sizes: sizes.length > 0 ? sizes : undefined, minScore, signal };
    const running = searchEmoji(generator, drawings, options);
    const summary = await tellRun(running, { generator, console, json: run.json });
    return { summary, seconds: (performance.now() - began) / 1000 };
  });
}

/** Puts all drawings into a queue, and waits for what workers find. */
function enqueue(
  { sizes, minScore, run }: EmojiRequest,
  request: QueueRequest,
  drawings: readonly Drawing[],
  console: Console,
): Promise<number> {
  const { queue, detach = false } = request;
  return interruptible(
    () => console.note(LEAVING),
    async ({ signal }) => {
      const { described, options } = await describeQueuedRun(request, console, signal);
      const base = parseBucket(run.out) === undefined ? undefined : drawnFor(run.out);
      const wanted = { ...options, sizes: sizes.length > 0 ? sizes : undefined, minScore, base };
      const running = enqueueEmoji(described, drawings, wanted);
      return tellEnqueue(running, { console, json: run.json, queue, detach, strict: run.strict });
    },
  );
}

/** Where drawings and crops for a bucket are made: in the cache, where the same command finds them again. */
function drawnFor(bucket: string): string {
  return cachePath('enqueued', createHash('sha256').update(bucket).digest('hex').slice(0, 16));
}

/** A row for every set and size. */
function summaryTable(lines: readonly JournalLine[]): string {
  const rows = [...groupBy(lines, (line) => `${line.emoji!.set} ${sizeOf(line)} px`)].map(([key, group]) => {
    const done = group.filter(({ status }) => status === 'done');
    const losses = done.map(({ losses }) => losses!.L2).sort((a, b) => a - b);
    const count = (failure: JournalLine['failure']) => group.filter((line) => line.failure === failure).length;
    return [
      key,
      `${done.length}`,
      `${done.filter(({ met }) => met).length}`,
      losses.length === 0 ? '' : loss(losses[Math.floor((losses.length - 1) / 2)]),
      `${count('no-face')}`,
      `${count('missing')}`,
    ];
  });
  const right = true as const;
  return table(
    [
      { title: 'set', most: 40 },
      { title: 'faces', right },
      { title: `within ${lines[0]?.eps ?? 'eps'}`, right },
      { title: 'median L2', right },
      { title: 'not recognised', right },
      { title: 'missing', right },
    ],
    rows,
  );
}

/** So many names are given of what is not there; run.jsonl and the gallery have all. */
const MOST_NAMES = 20;

/** What is said at the end, on stderr. */
function notes({ summary, seconds }: EndedEmoji, { run }: EmojiRequest): string[] {
  const { lines, failed, earlier, interrupted, wanted, seed } = summary;
  const done = lines.filter(({ status }) => status === 'done').length;
  const said: string[] = [];
  for (const [failure, text] of [
    ['no-face', 'no face recognised in'],
    ['missing', 'not in the set:'],
  ] as const) {
    const names = [...new Set(lines.filter((line) => line.failure === failure).map(nameOf))];
    if (names.length === 0) continue;
    const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
    said.push(`${text} ${names.slice(0, MOST_NAMES).join(', ')}${more}`);
  }
  if (done > earlier) {
    said.push(`${counted(done - earlier, 'face')} written to ${run.out} in ${duration(seconds)}, seed ${seed}`);
  } else if (!interrupted && failed === 0 && earlier > 0)
    said.push(`nothing was left to do in ${run.out}, seed ${seed}`);
  if (failed > 0) said.push(`${failed} of ${wanted} failed`);
  if (interrupted) said.push(`stopped with ${lines.length} of ${wanted} done; the same command goes on from here`);
  else if (done > 0) said.push(`facewright gallery ${run.out} shows them all`);
  return said;
}

function nameOf({ emoji }: JournalLine): string {
  return `${emoji!.character} ${emoji!.name} (${emoji!.set})`;
}

/** What would be done, without doing any of it. */
async function plan({ sizes, run }: EmojiRequest, drawings: readonly Drawing[], width = 100): Promise<string> {
  const before = await readResults(run.out).catch(() => []);
  const known = new Set(before.filter(({ status }) => status === 'done').map(({ output }) => output));
  let toDo = 0;
  const rows: string[][] = [];
  for (const drawing of drawings) {
    const { label, name } = drawing;
    const missing = (await drawing.picture()) === undefined;
    // The usual size is known to the generator, which is not opened for this.
    const names = sizes.length === 0 ? [] : sizes.map((size) => `${size}/${name}`);
    const done = names.flatMap((one) => {
      const isThere = (duplicate: number) => known.has(resultFiles(one, duplicate, run.search.steps ?? 1).image);
      return duplicateNumbers(run.duplicates, isThere).filter(isThere);
    }).length;
    const wanted = Math.max(sizes.length, 1) * run.duplicates;
    if (!missing) toDo += wanted - done;
    const state = missing
      ? 'not in the set'
      : done === 0
        ? ''
        : done === wanted
          ? 'there'
          : `${done} of ${wanted} there`;
    rows.push([label.character, label.name, label.codePoints, label.set, state]);
  }
  const most = Math.max(20, Math.floor((width - 30) / 2));
  const listed = table(
    [{ title: '' }, { title: 'emoji', most }, { title: 'code points', most }, { title: 'set' }, { title: '' }],
    rows,
  );
  return `${listed}\n\n${counted(rows.length, 'drawing')}, ${counted(toDo, 'search').replace(/searchs$/, 'searches')} to do, by their names: those without a face fall away, those of other options are searched for again`;
}
