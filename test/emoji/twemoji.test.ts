import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { namedEmoji } from '../../dist/emoji/named-emoji.js';
import { drawEmoji } from '../../dist/emoji/twemoji.js';

const test = suite('emoji/twemoji');

/** Red, green and blue of a pixel. */
function pixel({ data, width }: { data: Uint8Array; width: number }, x: number, y: number): number[] {
  return [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
}

test('every named emoji is there and is drawn on its background', async () => {
  assert.ok(namedEmoji.length >= 12);
  assert.is(new Set(namedEmoji.map(({ name }) => name)).size, namedEmoji.length);
  for (const { name, codePoints, frame } of namedEmoji) {
    const picture = await drawEmoji(codePoints, 64, '#b0becd', frame);
    assert.equal([picture.width, picture.height], [64, 64]);
    assert.equal(pixel(picture, 1, 1), [0xb0, 0xbe, 0xcd], name);
    assert.not.equal(pixel(picture, 32, 34), [0xb0, 0xbe, 0xcd], name);
  }
});

test('the frame says where', async () => {
  const frame = { side: 0.5, left: 0.5, top: 0.25 };
  const picture = await drawEmoji('1f600', 100, 'white', frame);
  assert.equal(pixel(picture, 25, 50), [255, 255, 255]);
  assert.equal(pixel(picture, 75, 80 - 55 + 20), [255, 204, 77]);
  assert.equal(pixel(picture, 75, 90), [255, 255, 255]);
});

test('an emoji that is not there', async () => {
  try {
    await drawEmoji('1f600-1f600', 16, 'white');
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /emoji 1f600-1f600: not one of those that come along/);
  }
});

test.run();
