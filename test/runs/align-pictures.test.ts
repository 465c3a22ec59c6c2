// The library that `align` stands on, used by a program: its events, what is there already, crops as pictures of a run.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type AlignEvent,
  alignPictures,
  BrokenOffError,
  croppedPictures,
  FacewrightError,
  findPictures,
} from '../../dist/index.js';
import { writePicture } from '../cli/command.js';
import { quickestEngine } from '../engines.js';
import { skippingSuite } from '../skip.js';

// Crops are made by the addon.
const hasAddon = quickestEngine.request.engine === 'native';
const test = hasAddon ? suite('runs: align') : skippingSuite('runs: align', 'the native engine is not built');

/** Eyes, nose and the corners of the mouth, in pixels. */
const FACE = [
  [36, 40],
  [60, 40],
  [48, 52],
  [38, 64],
  [58, 64],
];

test('tells what it does, and gives crops to search for', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'facewright-align-'));
  const out = join(folder, 'out');
  for (const name of ['a.png', 'b.png']) await writePicture(join(folder, name), 96);
  writeFileSync(join(folder, 'c.png'), 'no picture');
  // None in b.png.
  const landmarks = join(folder, 'landmarks.json');
  writeFileSync(landmarks, JSON.stringify({ 'a.png': FACE, 'b.png': [], 'c.png': FACE }));
  const pictures = await findPictures({ inputs: [join(folder, '*.png')], out });

  const alignment = alignPictures(pictures, { out, landmarks, sizes: [32] });
  const events: AlignEvent[] = [];
  for await (const event of alignment) events.push(event);
  assert.equal(events[0], { type: 'started', wanted: 3 });
  const told = events.flatMap((event) => ('line' in event ? `${event.picture.name} ${event.type}` : []));
  assert.equal(told.sort(), ['a found', 'b found', 'c failed']);
  const { lines, failed, without, interrupted } = await alignment.summary;
  assert.equal([failed, without, interrupted], [1, 1, false]);
  const crops = croppedPictures(lines, out, 32);
  assert.equal(
    crops.map(({ name, index }) => [name, index]),
    [['a_0', 0]],
  );
  assert.ok(existsSync(crops[0].path));

  const again = await alignPictures(pictures, { out, landmarks, sizes: [32] }).summary;
  assert.equal([again.earlier, again.failed], [2, 1]);
  rmSync(folder, { recursive: true });
});

test("a folder is one alignment's at a time, and one that is removed ends it", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'facewright-align-'));
  const out = join(folder, 'out');
  const names = Array.from({ length: 12 }, (_, i) => `${i}.png`);
  for (const name of names) await writePicture(join(folder, name), 96);
  const landmarks = join(folder, 'landmarks.json');
  writeFileSync(landmarks, JSON.stringify(Object.fromEntries(names.map((name) => [name, [FACE]]))));
  const pictures = await findPictures({ inputs: [join(folder, '*.png')], out });
  const options = { out, landmarks, sizes: [32], workers: 1 };

  const told: string[] = [];
  let refused: unknown;
  const error = await (async () => {
    for await (const event of alignPictures(pictures, options)) {
      told.push(event.type);
      if (event.type !== 'found' || refused !== undefined) continue;
      refused = await alignPictures(pictures, options).summary.catch((reason) => reason);
      rmSync(out, { recursive: true, force: true, maxRetries: 5 });
    }
  })().catch((reason) => reason);
  assert.instance(refused, FacewrightError);
  assert.not.instance(refused, BrokenOffError);
  assert.match((refused as Error).message, /another facewright is at work there/);
  assert.instance(error, BrokenOffError);
  assert.match(error.message, /it was removed or moved away/);
  assert.not(told.includes('failed'));
  assert.ok(told.filter((type) => type === 'found').length < names.length);
  const after = await alignPictures(pictures, options).summary;
  assert.equal([after.failed, after.lines.length], [0, names.length]);
  rmSync(folder, { recursive: true });
});

test.run();
