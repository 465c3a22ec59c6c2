import sharp from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { glyphs } from '../../dist/image/font.js';
import { gridSheet, sheet } from '../../dist/image/sheet.js';
import { fitText, textPath, textWidth, transliterate } from '../../dist/image/text.js';
import { failsWith } from './help.js';

const style = { size: 16, colour: '#000' } as const;

/** A page's pixels. */
async function raw(png: Buffer) {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)];
  return { width: info.width, height: info.height, at };
}

/** A picture of one colour. */
function cell(side: number, r: number, g: number, b: number, pixelated = false) {
  return {
    image: Uint8Array.from({ length: side * side * 3 }, (_, i) => [r, g, b][i % 3]),
    width: side,
    height: side,
    pixelated,
  };
}

test('the font has all of printable ASCII', () => {
  for (let code = 33; code < 127; code++) assert.ok(glyphs.has(String.fromCharCode(code)), String.fromCharCode(code));
  for (const [character, { width, sides, path }] of glyphs) {
    assert.ok(width >= 0 && /^[srd]{2}$/.test(sides) && /^M[-\dMLHVCSAZ. ]+$/.test(path), character);
  }
});

test('figures are equally wide', () => {
  for (let i = 0; i < 10; i++) assert.is(textWidth(String(i), style), textWidth('0', style));
});

test('every glyph is drawn, without any font of the system', async () => {
  for (const character of glyphs.keys()) {
    const text = textPath(character, 10, 25, { ...style, size: 20 });
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">${text}</svg>`;
    assert.not.match(svg, /<text|font/);
    const { channels } = await sharp(Buffer.from(svg)).stats();
    assert.ok(channels[3].max > 100, character);
  }
});

test('text that the font does not have', () => {
  assert.is(transliterate('Zoë’s ×2 — naïve'), "Zoe's ×2 – naive");
  assert.is(transliterate('😀 顔\tа'), '? ? ?');
  assert.is(textPath('', 0, 0, style), '');
  assert.not.match(textPath('<&>', 0, 0, style), '&');
});

test('text is cut to its width', () => {
  const wide = textWidth('a long name of a file', style);
  assert.is(fitText('a long name of a file', wide, style), 'a long name of a file');
  const cut = fitText('a long name of a file', wide / 2, style);
  assert.match(cut, /^a long.*…$/);
  assert.ok(textWidth(cut, style) <= wide / 2);
  assert.is(fitText('abc', 0, style), '…');
});

test('a row: cells where they belong, pixels as squares', async () => {
  const checks = {
    image: Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9]),
    width: 2,
    height: 2,
    pixelated: true,
  };
  const png = await sheet({
    columns: ['a', 'b', 'c'],
    rows: [{ cells: [cell(64, 200, 0, 0), null, checks], label: 'x' }],
    cell: 100,
  });
  const page = await raw(png);
  const paper = page.at(2, 2);
  const top = 48 + 28;
  assert.is(page.width, 48 * 2 + 3 * 100 + 2 * 8);
  assert.equal(page.at(48 + 50, top + 50), [200, 0, 0]);
  assert.equal(page.at(48, top), paper, 'corners are round');
  assert.equal(page.at(48 + 108 + 50, top + 50), paper, 'null is an empty place');
  const third = 48 + 216;
  assert.equal(
    [page.at(third + 49, top + 49), page.at(third + 50, top + 49)],
    [
      [255, 0, 0],
      [0, 255, 0],
    ],
  );
  assert.equal(
    [page.at(third + 49, top + 50), page.at(third + 50, top + 50)],
    [
      [0, 0, 255],
      [9, 9, 9],
    ],
  );
});

test('a pixelated picture whose size does not divide the cell keeps even squares', async () => {
  const image = Uint8Array.from({ length: 27 }, (_, i) => (Math.floor(i / 3) % 2 === 0 ? 255 : 0));
  const page = await raw(await gridSheet({ cells: [{ image, width: 3, height: 3, pixelated: true }], cell: 100 }));
  assert.equal(page.at(48 + 33, 48 + 50)[0], 170, 'the seam is a blend');
  assert.equal([page.at(48 + 32, 48 + 50)[0], page.at(48 + 34, 48 + 50)[0]], [0, 255]);
});

test('many rows stand in groups beside each other; an oblong picture is centred', async () => {
  const rows = Array.from({ length: 12 }, () => ({
    cells: [cell(8, 1, 2, 3), cell(8, 1, 2, 3), cell(8, 1, 2, 3), cell(8, 1, 2, 3)],
  }));
  const columns = ['emoji', 'target', 'face', 'scaled down'];
  const page = await sharp(await sheet({ columns, rows, title: 'T', subtitle: 'S', footer: ['F'] })).metadata();
  assert.ok(page.width / page.height > 0.7 && page.width / page.height < 1.8, `${page.width} × ${page.height}`);
  const strip = await sharp(await sheet({ columns, rows, groups: 1, cell: 40 })).metadata();
  assert.ok(strip.height > 2 * strip.width);
  const bar = { image: new Uint8Array(10 * 5 * 3), width: 10, height: 5 };
  const grid = await raw(await gridSheet({ cells: [bar], cell: 100 }));
  assert.equal(
    [grid.at(98, 48 + 24), grid.at(98, 48 + 50)],
    [
      [243, 243, 243],
      [0, 0, 0],
    ],
  );
});

test('a grid of 64 is about square, and says that it was made by a model', async () => {
  const cells = Array.from({ length: 64 }, (_, i) => ({ ...cell(16, i, i, i), label: `seed ${i}` }));
  const metadata = await sharp(await gridSheet({ cells, cell: 64 })).metadata();
  assert.ok(metadata.width / metadata.height > 0.7 && metadata.width / metadata.height < 1.4);
  assert.match(metadata.xmp!.toString(), 'trainedAlgorithmicMedia');
});

test('no rows and no cells still make a page', async () => {
  assert.ok((await sharp(await sheet({ columns: ['a'], rows: [] })).metadata()).width > 0);
  assert.ok((await sharp(await gridSheet({ cells: [], title: 'nothing' })).metadata()).width > 0);
});

test('a page that nobody could open is refused', async () => {
  const rows = Array.from({ length: 300 }, () => ({ cells: [null] }));
  await failsWith(() => sheet({ columns: ['a'], rows, groups: 1 }), 'sheet', /lay out fewer pictures/);
});

test('a cell of the wrong length is a defect of the caller', async () => {
  try {
    await gridSheet({ cells: [{ image: new Uint8Array(5), width: 2, height: 2 }] });
    assert.unreachable();
  } catch (error) {
    assert.instance(error, RangeError);
  }
});

test.run();
