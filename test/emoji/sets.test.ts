import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { svgSetNames } from '../../dist/emoji/set-names.js';
import { creditOf, drawPicture, openEmojiFolder, openEmojiSet } from '../../dist/emoji/sets.js';

const test = suite<{ folder: string }>('emoji/sets');
test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'facewright-sets-'));
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true }));

for (const name of svgSetNames) {
  test(`${name}: has smileys and people in every tone, by any spelling, and says whose they are`, async () => {
    const set = await openEmojiSet(name);
    assert.match(set.source, / \d+\.\d+\.\d+$/);
    assert.match(set.credit.text, /CC BY|MIT|Apache/);
    assert.is(creditOf(name), set.credit);
    const cook = await set.picture('1f469-200d-1f373');
    for (const codePoints of [
      '1f600',
      '1F469-200D-1F373',
      '1f469-1f3fb-200d-1f373',
      '1f469-1f3ff-200d-1f373',
      '2639-fe0f',
      '2639',
    ]) {
      const picture = await set.picture(codePoints);
      assert.match(picture!.toString('utf8'), /<svg /, codePoints);
    }
    assert.not.equal(cook, await set.picture('1f469-1f3ff-200d-1f373'));
    assert.is(await set.picture('1f469-200d-1f469'), undefined);
  });
}

test('twemoji: what begins with a digit', async () => {
  const set = await openEmojiSet('twemoji');
  for (const codePoints of ['0023-fe0f-20e3', '00a9', '0031-20e3'])
    assert.ok(await set.picture(codePoints), codePoints);
});

test('fluent: what it calls otherwise, and no person for a hair style', async () => {
  const set = await openEmojiSet('fluent');
  for (const character of '🤗😵🧏🧜') assert.ok(await set.picture(character.codePointAt(0)!.toString(16)), character);
  assert.is(await set.picture('1f9b0'), undefined);
});

test('a folder of a person’s own: names in any of the usual ways', async ({ folder }) => {
  const dot = await sharp({ create: { width: 8, height: 4, channels: 4, background: '#f00' } })
    .png()
    .toBuffer();
  for (const file of [
    '1f600.png',
    'emoji_u1f468_200d_1f373.png',
    'u1F9D4_1F3FB.png',
    '2639-FE0F.png',
    '00a9.png',
    'readme.txt',
    'cat.png',
  ]) {
    writeFileSync(join(folder, file), dot);
  }
  const set = await openEmojiFolder('mine', folder);
  for (const known of ['1f600', '1F468-200D-1F373', '1f9d4-1f3fb', '2639', '2639-fe0f', 'a9', '00a9']) {
    assert.equal(await set.picture(known.replace(/^a9$/, '00a9')), dot, known);
  }
  assert.is(await set.picture('1f601'), undefined);
  assert.is(creditOf('mine'), undefined);
  const { data, width, height } = await drawPicture((await set.picture('1f600'))!, 16, 'white');
  assert.equal([width, height], [16, 16]);
  assert.equal([...data.subarray(0, 3)], [255, 255, 255]);
  assert.equal([...data.subarray((8 * 16 + 8) * 3, (8 * 16 + 8) * 3 + 3)], [255, 0, 0]);
});

test('refuses a folder that is none, or has no such names', async ({ folder }) => {
  const refused = async (path: string, why: RegExp) => {
    try {
      await openEmojiFolder('mine', path);
    } catch (error) {
      assert.match((error as Error).message, why);
      return;
    }
    assert.unreachable(path);
  };
  await refused(join(folder, 'none'), /none: cannot be read \(ENOENT\); name a folder/);
  await refused(folder, /no picture in it is named by code points/);
});

test.run();
