import sharp from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { colourNames, parseColour } from '../../dist/image/colour.js';
import { failsWith } from './help.js';

const bytes = (text: string) => parseColour(text).map((value) => value * 255);

test('every name means what sharp takes it for', async () => {
  assert.ok(colourNames.length >= 148, 'all of CSS');
  for (const name of colourNames) {
    const create = { width: 1, height: 1, channels: 3, background: name } as const;
    assert.equal(bytes(name).map(Math.round), [...(await sharp({ create }).raw().toBuffer())], name);
  }
});

test('hexadecimal and rgb(), in any case', () => {
  assert.equal(bytes('#FF8000'), [255, 128, 0]);
  assert.equal(bytes('#f80'), [255, 136, 0]);
  assert.equal(bytes(' White '), [255, 255, 255]);
  assert.equal(bytes('rgb(255, 128,0)'), [255, 128, 0]);
  assert.equal(bytes('RGB( 100% 50% 0% )'), [255, 127.5, 0]);
});

test('nonsense', async () => {
  for (const text of [
    '',
    'whit',
    '#ff',
    '#ggg',
    'rgb(1, 2)',
    'rgb(256, 0, 0)',
    'rgb(1, 2, x)',
    'rgb(-1, 0, 0)',
    'constructor',
  ]) {
    await failsWith(() => parseColour(text), `background '${text}'`, /not a colour/);
  }
});

test('colours that are not opaque', async () => {
  for (const text of ['transparent', '#ffff', '#ffffff80', 'rgba(0, 0, 0, 0.5)']) {
    await failsWith(() => parseColour(text), `background '${text}'`, /not opaque/);
  }
});

test.run();
