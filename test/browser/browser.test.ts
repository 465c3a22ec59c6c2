// facewright/browser as far as Node can tell: what it imports, and that it makes of bytes and pixels what the command makes of files.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import sharp from 'sharp';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  defaultSearchOptions,
  facePixels,
  notesIn,
  openBrowserEngine,
  randomStart,
  readGenerator,
  search,
  shaders,
  targetFromPixels,
  withNotes,
} from '../../dist/browser/index.js';
import { hostTensor } from '../../dist/graph/host-tensor.js';
import { encodePng, makeTarget, openGenerator, readShaders, toRgb8 } from '../../dist/index.js';
import { encodeSafetensors } from '../../dist/weights/safetensors.js';
import { writeTinyWeights } from '../cli/tiny.js';
import { engineSuite, engines, openTestEngine } from '../engines.js';
import { normals } from '../random.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const test = suite<{ folder: string }>('browser');

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'facewright-browser-'));
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true }));

test('it is bundled for browsers as it is, with nothing of Node and no package', async () => {
  // For browsers the bundler knows no module of Node: to import one is an error.
  const { metafile, warnings } = await build({
    stdin: { contents: "export * from 'facewright/browser'", resolveDir: root, sourcefile: 'dist/stdin.js' },
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    metafile: true,
    platform: 'browser',
    write: false,
  });
  assert.equal(warnings, []);
  const files = Object.keys(metafile.inputs);
  assert.ok(files.length > 100, `only ${files.length} modules`);
  assert.equal(
    files.filter((file) => !file.startsWith('dist/')),
    [],
  );
});

test('the example is typed strictly', () => {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', join(root, 'examples', 'browser')]);
  assert.is(status, 0, String(stdout));
});

test('its shaders are those of the folder', async () => {
  const all = Object.entries(await readShaders());
  assert.equal(shaders, Object.fromEntries(all.filter(([name]) => !name.startsWith('bench/'))));
});

test('without WebGPU it says what would do', async () => {
  try {
    await openBrowserEngine();
    assert.unreachable();
  } catch (error) {
    assert.match(String(error), /^FacewrightError: this browser has no WebGPU here\. WebGPU is in Chrome/);
  }
});

test('pixels become the target that their file becomes', async ({ folder }) => {
  const [width, height] = [50, 37];
  const data = Uint8Array.from(normals('pixels', width * height * 4), (x) => 128 + 90 * x);
  const path = join(folder, 'odd.png');
  await sharp(data, { raw: { width, height, channels: 4 } })
    .png()
    .toFile(path);
  for (const fit of ['pad', 'crop', 'stretch'] as const) {
    const options = { size: 16, fit, background: '#f80' };
    const expected = await makeTarget(path, options);
    assert.equal(targetFromPixels({ width, height, data }, options, path), expected, fit);
  }
  const options = { size: 16, fit: 'error', background: 'white' } as const;
  assert.throws(() => targetFromPixels({ width, height, data }, options, 'odd'), /^odd: 50 × 37 pixels, not square/);
  assert.throws(() => targetFromPixels({ width: 3, height, data }, options), /7400 numbers for 3 × 37 pixels/);
});

test('a face becomes the pixels that its PNG has', () => {
  const planar = normals('face', 3 * 64, 0.5, 0.5);
  const rgb = toRgb8(planar, 8, 8);
  const expected = Array.from({ length: 256 }, (_, i) => (i % 4 === 3 ? 255 : rgb[Math.floor(i / 4) * 3 + (i % 4)]));
  assert.equal([...facePixels(planar, 8)], expected);
});

test('notes go into a PNG and come out of it', async () => {
  const png = await encodePng({ data: new Uint8Array(12), width: 2, height: 2 });
  const noted = withNotes(png, { seed: 7, name: 'žluť' });
  assert.equal(JSON.parse(notesIn(noted)!), { seed: 7, name: 'žluť' });
  const { data } = await sharp(noted).raw().toBuffer({ resolveWithObject: true });
  assert.equal([...data], Array(12).fill(0));
});

test('bytes that are no generator are refused under their name', async () => {
  const engine = {} as never;
  const refused = async (bytes: Uint8Array) => {
    try {
      await readGenerator(bytes, { engine, name: 'mine' });
      return assert.unreachable() as never;
    } catch (error) {
      return String(error);
    }
  };
  assert.match(await refused(new Uint8Array(3)), /^FacewrightError: mine: /);
  const other = encodeSafetensors('other', new Map([['x', hostTensor([1], Float32Array.of(0))]]), {});
  assert.match(await refused(Buffer.concat(other)), /^FacewrightError: mine: no StyleGAN that is known: 1 tensor/);
});

test.run();

for (const one of engines) {
  const suiteOfOne = engineSuite(one, 'browser');
  suiteOfOne('a generator of bytes searches as that of the file does', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'facewright-browser-'));
    const engine = await openTestEngine(one);
    try {
      const path = await writeTinyWeights(folder);
      const ofFile = await openGenerator({ model: path, engine });
      const ofBytes = await readGenerator(readFileSync(path), { engine, name: 'tiny' });
      assert.equal(ofBytes.info, ofFile.info);
      const [first, second] = await Promise.all(
        [ofFile, ofBytes].map(async (generator) => {
          const options = { ...defaultSearchOptions(generator.info), steps: 4 };
          const rgb = new Uint8Array(3 * 64).fill(90);
          const start = await randomStart(generator.info, options, { seed: 1, target: rgb, duplicate: 0, restart: 0 });
          const [result] = await search(generator, [{ rgb, size: 8, start }], options).results;
          return result;
        }),
      );
      assert.equal(second, first);
      for (const generator of [ofFile, ofBytes]) generator.close();
    } finally {
      engine.close();
      rmSync(folder, { recursive: true });
    }
  });
  suiteOfOne.run();
}
