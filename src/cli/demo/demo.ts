// facewright demo: emoji become faces. Each is drawn, saved, and then searched for as `run` does.

import { join } from 'node:path';
import sharp from 'sharp';
import type { ArgumentsCamelCase } from 'yargs';
import { type NamedEmoji, namedEmoji } from '../../emoji/named-emoji.js';
import { drawEmoji, twemojiCredit } from '../../emoji/twemoji.js';
import { downscale } from '../../image/bicubic.js';
import { type SheetRow, sheet } from '../../image/sheet.js';
import { findPictures, type RunFound, toRgb8 } from '../../index.js';
import { writeWholeFile } from '../../node/whole-file.js';
import { inFolder } from '../../runs/out-folder.js';
import { Arguments } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { type RunRequest, readRunRequest } from '../shared/run-request.js';
import { runWith, summaryLines } from '../shared/run-with.js';
import { loss } from '../shared/table.js';
import { wholeNumber } from '../shared/values.js';

/** A greyish blue, near to what the demo generator has for a background in the mean. */
const BACKGROUND = '#b0becd';

/** Sides in pixels: of the picture that is searched for, and of the one on the sheet. */
const PICTURE_SIDE = 1024;
const SHEET_SIDE = 320;

const DEFAULTS = { out: 'demo-out', count: 12, size: '16', seed: '1' };

export async function demoCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const count =
    words.value('count', (option, text) => wholeNumber(option, text, 1, namedEmoji.length)) ?? DEFAULTS.count;
  const chosen = namedEmoji.slice(0, count);
  const out = words.text('out') ?? DEFAULTS.out;
  const pathOf = ({ name }: NamedEmoji) => join(out, 'emoji', `${name}.png`);
  const request = {
    ...readRunRequest(
      new Arguments({ size: DEFAULTS.size, seed: DEFAULTS.seed, ...parsed, out, inputs: chosen.map(pathOf) }),
    ),
    // Watching the searches is what the demo is for.
    again: true,
  };
  return inFolder(out, async () => {
    for (const emoji of chosen) {
      const { data, width, height } = await drawEmoji(emoji.codePoints, PICTURE_SIDE, BACKGROUND, emoji.frame);
      const png = sharp(data, { raw: { width, height, channels: 3 } }).png();
      await writeWholeFile(pathOf(emoji), await png.toBuffer());
    }
    return findFaces(request, chosen, new Console(words.flag('quiet')));
  });
}

/** Searches for the faces, and lays out what is found. @returns the exit code */
async function findFaces(request: RunRequest, chosen: readonly NamedEmoji[], console: Console): Promise<number> {
  const { out } = request;
  const found: RunFound[] = [];
  const ended = await runWith(request, await findPictures(request), console, (event) => {
    if (event.type !== 'found') return;
    found.push(event);
    const { picture, line, result } = event;
    console.result(`${picture.name.padEnd(18)} L2 ${loss(result.losses.L2)}  ${join(out, line.output)}`);
  });
  // That the original's eps is out of reach for most emoji is for the table of `run` to say; here the sheet has every L2.
  const summary = { ...ended.summary, missed: 0 };
  for (const line of summaryLines({ ...ended, summary }, request)) console.note(line);
  if (ended.summary.interrupted || found.length === 0) return ended.code;
  const [{ line }] = found;
  const path = join(out, 'sheet.png');
  const page = await sheet({
    title: 'Faces from emoji',
    subtitle: `Every emoji is scaled down to ${request.size} pixels a side; the face was found to look like it at that size.`,
    columns: ['emoji', 'target', 'face', 'face, scaled down'],
    rows: await Promise.all(found.map((event) => sheetRow(event, chosen))),
    footer: [`${line.model.name}, ${line.steps} steps, seed ${line.seed}, ${line.adapter}`, twemojiCredit],
  });
  await writeWholeFile(path, page);
  console.result(path);
  return ended.code;
}

async function sheetRow({ picture, target, result }: RunFound, chosen: readonly NamedEmoji[]): Promise<SheetRow> {
  const { codePoints, frame } = chosen[picture.index];
  const emoji = await drawEmoji(codePoints, SHEET_SIDE, BACKGROUND, frame);
  const { rgb, size } = target;
  const side = Math.sqrt(result.image.length / 3);
  return {
    cells: [
      { image: emoji.data, width: emoji.width, height: emoji.height },
      { image: rgb, width: size, height: size, pixelated: true },
      { image: toRgb8(result.image, side, side), width: side, height: side },
      { image: toRgb8(downscale(result.image, side, size), size, size), width: size, height: size, pixelated: true },
    ],
    label: picture.name.replaceAll('-', ' '),
    detail: `L2 ${loss(result.losses.L2)}`,
  };
}
