import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hostTensor } from '../../dist/graph/host-tensor.js';
import { readWeights } from '../../dist/read-weights.js';
import { parseWeights } from '../../dist/weights/read.js';
import { writeSafetensors } from '../../dist/weights/safetensors.js';
import { goldenPath, goldenTest } from '../goldens.js';
import { bytesOf, dict, f32, type TensorSpec, tensor, torchLegacy, torchZip } from './assemble.js';
import { inTemporaryFolder, refuses, refusesLater, SOURCE } from './refuses.js';

const ONE: TensorSpec = { count: 1, shape: [1], strides: [1] };

/** A state dict of one number under each name. */
function stateDict(...names: readonly string[]): Uint8Array {
  return torchZip(dict(Object.fromEntries(names.map((name) => [name, tensor(ONE)]))), { 0: f32(1) });
}

const SYNTHESIS = stateDict('torgb.weight', 'blocks.4x4.const');
const MAPPING = stateDict('dense0.weight');
const FIT = torchLegacy(dict({ mean: tensor(ONE), std: tensor(ONE) }), { 0: f32(1) });

const sha256 = (...parts: readonly (string | Uint8Array)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');

/** Writes files, by their names, into a new folder `generator` in a temporary one. */
async function withFiles(
  files: Readonly<Record<string, Uint8Array | string>>,
  action: (folder: string) => Promise<void>,
): Promise<void> {
  await inTemporaryFolder(async (parent) => {
    const folder = join(parent, 'generator');
    await mkdir(folder);
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
    await action(folder);
  });
}

test("PULSE's three files: by folder, by synthesis.pt, and by another name of it", async () => {
  const files = {
    'synthesis.pt': SYNTHESIS,
    'mapping.pt': MAPPING,
    'gaussian_fit.pt': FIT,
    'copy.legacy.pt': SYNTHESIS,
  };
  await withFiles(files, async (folder) => {
    const byFolder = await readWeights(folder);
    assert.is(byFolder.name, 'generator');
    assert.is(byFolder.path, folder);
    assert.is(byFolder.format, 'torch');
    assert.equal(byFolder.metadata, {});
    assert.is(byFolder.sha256, sha256(sha256(FIT), sha256(MAPPING), sha256(SYNTHESIS)));
    assert.equal(
      [...byFolder.tensors.keys()],
      [
        'gaussian_fit.mean',
        'gaussian_fit.std',
        'mapping.dense0.weight',
        'synthesis.torgb.weight',
        'synthesis.blocks.4x4.const',
      ],
    );
    const file = join(folder, 'synthesis.pt');
    assert.equal(await readWeights(file), { ...byFolder, path: file });
    const copy = join(folder, 'copy.legacy.pt');
    assert.equal(await readWeights(copy), { ...byFolder, path: copy, name: 'copy.legacy' });
  });
});

test('mapping.pt and gaussian_fit.pt may be missing, and are read for what they are alone', async () => {
  await withFiles({ 'synthesis.pt': SYNTHESIS }, async (folder) => {
    const { tensors, sha256: digest } = await readWeights(folder);
    assert.is(tensors.size, 2);
    assert.is(digest, sha256(SYNTHESIS), "one file's digest is its own");
  });
  await withFiles({ 'a.pt': MAPPING, 'b.pt': FIT, 'c.pt': stateDict('g_synthesis.x', 'mean') }, async (folder) => {
    assert.equal([...(await readWeights(join(folder, 'a.pt'))).tensors.keys()], ['mapping.dense0.weight']);
    assert.equal(
      [...(await readWeights(join(folder, 'b.pt'))).tensors.keys()],
      ['gaussian_fit.mean', 'gaussian_fit.std'],
    );
    assert.equal([...(await readWeights(join(folder, 'c.pt'))).tensors.keys()], ['g_synthesis.x', 'mean']);
  });
});

test('a damaged file beside is named', async () => {
  await withFiles({ 'synthesis.pt': SYNTHESIS, 'mapping.pt': MAPPING.subarray(0, 100) }, async (folder) => {
    const broken = join(folder, 'mapping.pt');
    await refusesLater(readWeights(folder), /truncated/, broken);
    await refusesLater(readWeights(join(folder, 'synthesis.pt')), /truncated/, broken);
  });
});

test('a safetensors file, by itself or alone in a folder, with its metadata', async () => {
  await withFiles({ 'README.md': 'words' }, async (folder) => {
    const path = join(folder, 'demo-128.safetensors');
    const tensors = new Map([['synthesis.torgb.bias', hostTensor([1], Float32Array.of(4))]]);
    await writeSafetensors(path, tensors, { resolution: '128', licence: 'MIT' });
    const read = await readWeights(path);
    assert.is(read.name, 'demo-128');
    assert.is(read.format, 'safetensors');
    assert.is(read.sha256, sha256(await readFile(path)));
    assert.equal(read.metadata, { licence: 'MIT', resolution: '128' });
    assert.equal(read.tensors, tensors);
    assert.equal(await readWeights(folder), { ...read, path: folder });

    const misnamed = join(folder, 'weights.pt');
    await copyFile(path, misnamed);
    assert.is((await readWeights(misnamed)).format, 'safetensors', 'the content counts, not the name');
    await copyFile(path, join(folder, 'other.safetensors'));
    await refusesLater(readWeights(folder), /2 \.safetensors files \(demo-128.*, other.*\); name one/, folder);
    await writeSafetensors(path, new Map());
    await refusesLater(readWeights(path), /holds no tensors/, path);
  });
});

test('a safetensors file whose length begins as a pickle does', async () => {
  await withFiles({}, async (folder) => {
    const path = join(folder, 'w.safetensors');
    const tensors = new Map([['x', hostTensor([1], Float32Array.of(4))]]);
    const header = (note: string) => writeSafetensors(path, tensors, { note }).then(() => readFile(path));
    const missing = 0x0480 - (await header('')).readUInt32LE(0);
    assert.is((await header(' '.repeat(missing))).readUInt32LE(0), 0x0480);
    assert.is((await readWeights(path)).format, 'safetensors');
  });
});

test('what is no file of weights', async () => {
  await withFiles({ empty: '' }, async (folder) => {
    await refusesLater(readWeights(folder), /a folder without weights: neither synthesis\.pt nor/, folder);
    const none = join(folder, 'none.pt');
    await refusesLater(readWeights(none), /no such file/, none);
    const below = join(folder, 'empty', 'x.pt');
    await refusesLater(readWeights(below), /a part of its path is no folder/, below);
    const empty = join(folder, 'empty');
    await refusesLater(readWeights(empty), /an empty file/, empty);
    await mkdir(join(folder, 'synthesis.pt'));
    await refusesLater(readWeights(folder), /a folder, not a file/, join(folder, 'synthesis.pt'));
  });
  if (process.platform === 'linux') await refusesLater(readWeights('/dev/zero'), /a device or pipe/, '/dev/zero');
});

test('files are told apart by their content', () => {
  const page = '<!DOCTYPE html><html><head><title>Google Drive -\n Virus\x1b scan warning</title>';
  const cases: [bytes: Uint8Array | string, expected: RegExp][] = [
    ['', /an empty file; facewright opens safetensors/],
    [page.replace('\x1b', ''), /a web page \(“Google Drive - Virus scan warning”\), .* a download page was saved/],
    ['\n  <html lang="de">', /a web page, not weights/],
    ['<?xml version="1.0"?><Error><Code>AccessDenied</Code>', /a web page/],
    ['version https://git-lfs.github.com/spec/v1\noid', /a Git LFS pointer.*git lfs pull/],
    ['hello, wörld', /a text file, not weights/],
    [`${'x'.repeat(4095)}ö`, /a text file/],
    ['{"a": 1}', /a text file/],
    [bytesOf('\x89PNG\r\n\x1a\n\0\0\0\rIHDR'), /a PNG picture/],
    [bytesOf('\xff\xd8\xff\xe0\0\x10JFIF'), /a JPEG picture/],
    [bytesOf('GIF89a\x01\0'), /a GIF picture/],
    [bytesOf('RIFF\0\0\0\0WEBP'), /a WebP picture/],
    [bytesOf('\x1f\x8b\x08\0'), /a gzip archive: unpack it/],
    [bytesOf('\x89HDF\r\n'), /an HDF5 file/],
    [bytesOf(0, 1, 2, 3), /neither safetensors nor a PyTorch file/],
    [bytesOf(0x80, 2, 'N'), /ends too early/],
    [bytesOf('PK\x05\x06', '\0'.repeat(18)), /a zip archive without PyTorch weights/],
  ];
  for (const [bytes, expected] of cases) refuses(() => parseWeights(Buffer.from(bytes as string), SOURCE), expected);
});

goldenTest(test, 'the golden generator', ['stylegan1/synthesis.pt'], async (path) => {
  const { name, tensors } = await readWeights(join(path, '..'));
  assert.is(name, 'stylegan1');
  // The copies that the project carries go without the mapping network.
  const mapping = goldenPath('stylegan1/mapping.pt') === undefined ? 0 : 16;
  assert.is(tensors.size, 67 + mapping + 2);
  if (mapping > 0) assert.equal(tensors.get('mapping.dense0.weight')?.shape, [512, 512]);
  assert.equal(tensors.get('gaussian_fit.std')?.shape, [512]);
});

test.run();
