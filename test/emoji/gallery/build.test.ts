import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import sharp from 'sharp';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildGallery, type GalleryOptions } from '../../../dist/emoji/gallery/build.js';
import type { ReportData } from '../../../dist/emoji/report/report-data.js';
import { readResults } from '../../../dist/results/read-results.js';
import { emojiResult, emojiResults, folderWith, type Result, writeJournal } from './folder.js';

const test = suite('emoji/gallery/build');

const credit = { set: 'openmoji', text: 'OpenMoji, CC BY-SA 4.0', url: 'https://openmoji.org' };

async function build(folder: string, more: Partial<GalleryOptions> = {}) {
  const out = join(folder, 'gallery');
  const lines = await readResults(folder);
  return buildGallery({ folder, out, lines, title: 'Test', credits: [credit], ...more });
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => posix.join(entry.parentPath.slice(folder.length + 1).replaceAll('\\', '/'), entry.name))
    .sort();
}

const textOf = (value: string) =>
  value.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

/** Every link of every page: that it leads to a file, and its anchor to an element. */
function checkLinks(site: string): number {
  const pages = new Map(
    filesOf(site)
      .filter((file) => file.endsWith('.html'))
      .map((file) => [file, readFileSync(join(site, file), 'utf8')]),
  );
  let links = 0;
  for (const [page, html] of pages) {
    for (const [, , value] of html.matchAll(/<(?!a class="skip")[^>]*?\b(href|src)="([^"]*)"/g)) {
      const link = textOf(value);
      if (link === credit.url || link === 'data:,') continue;
      assert.not.match(link, /^[a-z]+:|^\//, `${page}: ${link}`);
      const [path, anchor] = link.split('#', 2);
      const target = path === '' ? page : posix.join(posix.dirname(page), decodeURIComponent(path));
      assert.ok(existsSync(join(site, target)), `${page}: ${link}`);
      if (anchor !== undefined && !anchor.includes('=')) {
        assert.ok(pages.get(target)!.includes(`id="${decodeURIComponent(anchor)}"`), `${page}: ${link}`);
      }
      links++;
    }
  }
  return links;
}

test('a site: all its links lead somewhere, all pictures say what they show, nothing comes from elsewhere', async () => {
  const folder = await folderWith(emojiResults);
  const { results, pages, problems, removed } = await build(folder);
  const site = join(folder, 'gallery');
  assert.equal({ results, pages, problems, removed }, { results: 7, pages: 9, problems: [], removed: 0 });
  assert.ok(checkLinks(site) > 100);
  for (const file of filesOf(site).filter((name) => /\.(html|css)$|gallery\.js$/.test(name))) {
    const text = readFileSync(join(site, file), 'utf8');
    assert.equal(
      [...text.matchAll(/https?:\/\/[^\s"'<]*/g)].map(String).filter((link) => link !== credit.url),
      [],
      file,
    );
    // On tiles of the overview pictures are ornaments: the name stands beside them.
    for (const [img] of text.matchAll(/<img [^>]*>/g)) {
      assert.match(img, file === 'index.html' ? /alt(="[^"]+")?/ : /alt="[^"]+"/, `${file}: ${img}`);
    }
  }
  for (const page of ['categories/bearded.html', 'categories/cooks.html', 'emoji/1f9d4.html', 'emoji/1f600.html']) {
    assert.ok(existsSync(join(site, page)), page);
  }
  const emoji = readFileSync(join(site, 'emoji/1f9d4.html'), 'utf8');
  assert.is(emoji.match(/<article/g)!.length, 3);
  assert.match(emoji, /rel="prev" href="\.\.\/emoji\/1f600\.html"/);
  assert.match(emoji, /rel="next" href="\.\.\/emoji\/1f9d1-200d-1f373\.html"/);
  assert.match(emoji, /GEOCROSS/);
  assert.match(emoji, /CC0-1\.0/);
  assert.match(emoji, /The faces are nobody&#39;s|The faces are nobody's/);
  const overview = readFileSync(join(site, 'index.html'), 'utf8');
  // Of the five drawings that were looked at one was not recognised; of the four faces one is within eps.
  assert.match(overview, /recognised as faces<\/dt><dd>80 %/);
  assert.match(overview, /within eps<\/dt><dd>25 %/);
  const failures = textOf(readFileSync(join(site, 'failures.html'), 'utf8'));
  assert.match(failures, /No face was found in Noto's drawing/);
  assert.match(failures, /OpenMoji has no such emoji/);
  assert.match(failures, /It failed: the file is damaged/);
  assert.match(failures, /misses eps 0\.002 by 0\.00100/);
  assert.not.match(failures, /report\.html/);
});

test('a drawing without a face, and one that there is not, stand once, in whatever sizes and with whatever seeds', async () => {
  const grin = { base: '1f600', name: 'grinning face', order: 1, subgroup: 'face-smiling' };
  const found = emojiResult({ set: 'openmoji', ...grin });
  const without = emojiResult({ set: 'noto', ...grin }, { failure: 'no-face', status: 'failed', error: 'no face' });
  const missing = emojiResult(
    { set: 'noto', base: '1f9d4', name: 'person: beard', order: 2, drawn: false },
    { failure: 'missing', status: 'failed', error: 'no such emoji' },
  );
  const failed = emojiResult(
    { set: 'noto', base: '1f9d1', name: 'person', order: 3 },
    { status: 'failed', error: 'x' },
  );
  const everywhere = [16, 32].flatMap((size) =>
    [1, 2, 3].flatMap((duplicate) =>
      [found, without, missing, failed].map((result) => ({
        ...result,
        output: result.output.replace('16/', `${size}/`).replace('.png', `_${duplicate}.png`),
        options: result.status === 'failed' ? {} : { size },
        duplicate,
      })),
    ),
  );
  const folder = await folderWith(everywhere);
  const { results } = await build(folder);
  assert.is(results, 6 + 1 + 1 + 6);
  const site = join(folder, 'gallery');
  checkLinks(site);
  const page = textOf(readFileSync(join(site, 'emoji/1f600.html'), 'utf8'));
  assert.is(page.match(/<article/g)!.length, 6 + 1);
  const noto = /<section id="set-noto">.*?<\/section>/s.exec(page)![0];
  assert.match(noto, /<h3>no skin tone /);
  assert.not.match(noto, /\d px|face \d/);
  const overview = readFileSync(join(site, 'index.html'), 'utf8');
  // One of two drawings, and not six of seven results.
  assert.match(overview, /recognised as faces<\/dt><dd>50 %/);
  assert.match(overview, /Failures<\/a>: 8 without a face/);
  const failures = textOf(readFileSync(join(site, 'failures.html'), 'utf8'));
  assert.match(failures, /1 drawing\. No face was found/);
  assert.match(failures, /1 emoji\. Not every set/);
  assert.match(failures, /6 results\. An error/);
  assert.is(failures.match(/No face was found in Noto's drawing/g)!.length, 1);
});

test('a given picture without a face stands once, under its own name', async () => {
  const line = { status: 'failed', failure: 'no-face', input: '../tree.jpg', error: 'no face found' } as const;
  const folder = await folderWith([
    { ...line, output: 'tree_1.png', duplicate: 1 },
    { ...line, output: 'tree_2.png', duplicate: 2 },
  ]);
  assert.is((await build(folder)).results, 1);
  const page = readFileSync(join(folder, 'gallery', 'pictures', 'tree.html'), 'utf8');
  assert.match(page, /<h2>tree /);
});

test('pictures: small, marked as made by a model where they are', async () => {
  const folder = await folderWith(emojiResults, 256);
  await build(folder);
  const site = join(folder, 'gallery');
  const widths = new Set<string>();
  for (const file of filesOf(site).filter((name) => /\.(webp|png)$/.test(name))) {
    const { width, xmp } = await sharp(join(site, file)).metadata();
    assert.ok(xmp !== undefined, file);
    assert.is(xmp.includes('trainedAlgorithmicMedia'), !/\.(drawing|target)\./.test(file), file);
    if (file.startsWith('images/')) widths.add(`${file.split('.').slice(1).join('.')} ${width}`);
  }
  assert.equal([...widths].sort(), [
    'drawing.webp 64',
    'face.webp 256',
    'scaled.png 16',
    'small.webp 192',
    'target.png 16',
  ]);
});

test('the face scaled down is what the search compared', async () => {
  const folder = await folderWith([{ output: 'a.png' }]);
  await build(folder);
  const site = join(folder, 'gallery');
  const scaled = filesOf(site).find((file) => file.endsWith('.scaled.png'))!;
  const pixels = await sharp(join(site, scaled)).raw().toBuffer();
  // Red and blue are the same everywhere, green runs from left to right.
  for (let i = 0; i < 256; i++) assert.equal([pixels[3 * i], pixels[3 * i + 2]], [100, 155]);
  const row = [...Array(16).keys()].map((x) => pixels[3 * x + 1]);
  assert.ok(
    row.every((green, x) => x === 0 || green > row[x - 1]),
    String(row),
  );
});

test('a second build makes only what is new, and takes away what is old', async () => {
  const folder = await folderWith(emojiResults);
  const first = await build(folder);
  const site = join(folder, 'gallery');
  const before = filesOf(site);
  const second = await build(folder);
  assert.equal([second.made, second.reused, second.removed], [0, first.made + first.reused, 0]);
  assert.equal(filesOf(site), before);

  writeFileSync(join(site, 'mine.txt'), 'mine');
  writeJournal(folder, emojiResults.slice(3, 6));
  const third = await build(folder);
  assert.ok(third.removed > 5);
  assert.is(third.made, 0);
  assert.not.ok(existsSync(join(site, 'emoji/1f9d4.html')));
  assert.not.ok(existsSync(join(site, 'categories/bearded.html')));
  assert.ok(existsSync(join(site, 'mine.txt')));
  assert.is(filesOf(site).filter((file) => file.endsWith('.small.webp')).length, 1);
  assert.is(readdirSync(join(site, 'tiles')).length, 1);
  checkLinks(site);
});

test('what is stopped leaves no overview, and the next build goes on', async () => {
  const folder = await folderWith(emojiResults);
  const stop = new AbortController();
  const onProgress = (done: number) => done >= 2 && stop.abort();
  let error: unknown;
  await build(folder, { signal: stop.signal, onProgress }).catch((thrown) => {
    error = thrown;
  });
  assert.is((error as Error).name, 'AbortError');
  assert.not.ok(existsSync(join(folder, 'gallery', 'index.html')));
  const { reused } = await build(folder);
  assert.ok(reused > 0);
  checkLinks(join(folder, 'gallery'));
});

test('names from a journal are text, whatever is in them', async () => {
  const evil = '"><img src=x onerror=alert(1)>&</script>';
  const results: Result[] = [
    emojiResult({ set: evil, base: '../../evil', name: `${evil} a`, order: 1, categories: ['../x y', evil] }),
    emojiResult({ set: '50% #1 ü', base: 'CON', name: evil, order: 2, subgroup: evil }),
    { ...emojiResult({ set: 'noto', base: '1f600', name: 'x', order: 3 }), status: 'failed', error: evil },
  ];
  const folder = await folderWith(results);
  await build(folder, { title: evil });
  const site = join(folder, 'gallery');
  checkLinks(site);
  for (const file of filesOf(site)) {
    assert.match(file, /^[\w./-]+$/);
    if (file.endsWith('.html')) assert.not.match(readFileSync(join(site, file), 'utf8'), /<img src=x/, file);
  }
  assert.not.ok(existsSync(join(dirname(folder), 'evil.html')));
});

test('a plain run: the pictures that were given instead of emoji, no categories', async () => {
  const results: Result[] = [
    { output: 'a b/50% #1 ü_1.png', duplicate: 1, input: '../gone.jpg' },
    { output: 'a b/50% #1 ü_2.png', duplicate: 2, input: '../gone.jpg' },
    { output: 'plain.png', input: 'plain.target.png' },
  ];
  const folder = await folderWith(results);
  const { pages, problems } = await build(folder);
  // A picture that was given and has gone since is no failure.
  assert.equal([pages, problems], [6, []]);
  const site = join(folder, 'gallery');
  checkLinks(site);
  const overview = readFileSync(join(site, 'index.html'), 'utf8');
  assert.not.match(overview, /categories/);
  const page = filesOf(site).find((file) => file.startsWith('pictures/') && file !== 'pictures/plain.html')!;
  assert.is(readFileSync(join(site, page), 'utf8').match(/<article/g)!.length, 2);
});

test('a face that cannot be read is named, and the others are shown', async () => {
  const folder = await folderWith(emojiResults);
  await rm(join(folder, '16/openmoji/grinning-face.png'));
  writeFileSync(join(folder, '16/noto/person-beard.png'), 'no picture');
  const { problems } = await build(folder);
  assert.equal(problems.map(({ file }) => file).sort(), ['16/noto/person-beard.png', '16/openmoji/grinning-face.png']);
  assert.is(problems.find(({ file }) => file.includes('grinning'))!.why, 'is not there');
  checkLinks(join(folder, 'gallery'));
});

test('a folder with something else in it is left alone, unless that is forced', async () => {
  const folder = await folderWith([{ output: 'a.png' }]);
  await mkdir(join(folder, 'gallery'));
  writeFileSync(join(folder, 'gallery', 'index.html'), 'mine');
  let message = '';
  await build(folder).catch((error: Error) => {
    message = error.message;
  });
  assert.match(message, /gallery: has files in it, and is no gallery .* --force/);
  assert.is(await readFile(join(folder, 'gallery', 'index.html'), 'utf8'), 'mine');
  await build(folder, { force: true });
  assert.match(await readFile(join(folder, 'gallery', 'index.html'), 'utf8'), /<!doctype html>/);
});

test('the report has a page where there is one', async () => {
  const folder = await folderWith(emojiResults);
  const report: ReportData = {
    about: ['demo-128, seed 1'],
    measures: [{ key: 'L2', title: 'L2', unit: '', decimals: 4, explanation: 'How far off it is.' }],
    tables: [
      {
        key: 'by-set',
        title: 'By set',
        rows: [
          { name: 'OpenMoji', n: 4, figures: { L2: { value: 0.0031, low: 0.0021, high: 0.0041, n: 3, emoji: 3 } } },
          { name: 'Noto', n: 3, figures: {} },
        ],
        plots: [{ measure: 'L2', svg: '<?xml version="1.0"?><svg viewBox="0 0 2 2"><path d="M0 0h1"/></svg>' }],
        reading: 'Too few to tell.',
      },
    ],
  };
  await build(folder, { report, csv: new Map([['by-set', 'set,n\nOpenMoji,4\n']]) });
  const site = join(folder, 'gallery');
  checkLinks(site);
  const page = readFileSync(join(site, 'report.html'), 'utf8');
  assert.match(page, /0\.0031<small>0\.0021 to 0\.0041<br\/>n 3<\/small>/);
  assert.match(page, /<svg viewBox="0 0 2 2">/);
  assert.not.match(page, /<\?xml/);
  assert.match(page, /How far off it is\./);
  assert.match(readFileSync(join(site, 'index.html'), 'utf8'), /href="report\.html"/);
  assert.match(readFileSync(join(site, 'report/by-set.csv'), 'utf8'), /^set,n/);
});

test('a sheet of many pairs comes in parts', async () => {
  const { layOut, partSize } = await import('../../../dist/emoji/gallery/draw-sheet.js');
  const { makeEntries } = await import('../../../dist/emoji/gallery/entries.js');
  const folder = await folderWith([{ output: 'a.png' }]);
  const [line] = await readResults(folder);
  const words = { title: 'T', subtitle: 'S', footer: ['a', 'b'] };
  for (const count of [1, 400, 5000, 60_000]) {
    const lines = Array.from({ length: count }, (_, i) => ({ ...line, output: `${i}.png` }));
    const layout = layOut(makeEntries(lines), words);
    assert.is(layout.places.length, count);
    const { width, height } = partSize(layout, layout.columns * layout.rowsPerPart, words);
    assert.ok(width <= 32_000 && height <= 32_000, `${count}: ${width} × ${height}`);
    assert.ok(width * height <= 121_000_000, `${count}: ${width} × ${height}`);
    assert.is(Math.ceil(count / (layout.columns * layout.rowsPerPart)) > 1, count === 60_000);
  }
});

test.run();
