import sharp from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pngText, withPngText } from '../../dist/image/png-text.js';
import { noisy } from './help.js';

const png = await noisy(9).png().toBuffer();

test('what is written is read, here and by libspng, and the picture stays as it is', async () => {
  const more = withPngText(png, 'facewright', '{"seed":1}');
  assert.is(pngText(more, 'facewright'), '{"seed":1}');
  const { comments } = await sharp(more).metadata();
  assert.equal(comments, [{ keyword: 'facewright', text: '{"seed":1}' }]);
  assert.equal(await sharp(more).raw().toBuffer(), await sharp(png).raw().toBuffer());
});

test('other keywords, no text, no PNG, a file that ends early', () => {
  const more = withPngText(withPngText(png, 'Comment', 'face'), 'facewright', 'notes');
  assert.is(pngText(more, 'Comment'), 'face');
  assert.is(pngText(more, 'face'), undefined);
  assert.is(pngText(png, 'facewright'), undefined);
  assert.is(pngText(Buffer.from('no picture'), 'facewright'), undefined);
  for (let length = 0; length < 80; length++) {
    const found = pngText(more.subarray(0, length), 'facewright');
    assert.ok(found === undefined || found === 'notes');
  }
});

test('what tEXt cannot hold', () => {
  assert.throws(() => withPngText(png, 'facewright', 'ü\0'), /printable ASCII/);
  assert.throws(() => withPngText(png, '', 'x'), /keyword/);
});

test.run();
