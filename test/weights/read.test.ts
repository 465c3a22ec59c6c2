import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hostTensor } from '../../dist/graph/host-tensor.js';
import { readWeights } from '../../dist/read-weights.js';
import { parseWeights } from '../../dist/weights/read.js';
import { writeSafetensors } from '../../dist/weights/safetensors-file.js';
import { goldenPath, goldenTest } from '../goldens.js';
import { bytesOf, dict, f32, tensor, torchZip } from './assemble.js';
import {
  adaFile,
  asNvidiaStyleGan1,
  asNvidiaStyleGan2,
  dnnlibFile,
  renamed,
  smallStyleGan1,
  smallStyleGan2,
  torchFile,
} from './networks.js';
import { inTemporaryFolder, refuses, refusesLater, SOURCE } from './refuses.js';

const NETWORK = smallStyleGan1();
const PULSE = renamed(NETWORK, (name) => (name.startsWith('synthesis.') ? name.slice('synthesis.'.length) : undefined));
const DENSE = renamed(NETWORK, (name) =>
  name.startsWith('mapping.dense') ? name.slice('mapping.'.length) : undefined,
);
const ONES = hostTensor([8], new Float32Array(8).fill(1));

const SYNTHESIS = torchFile(PULSE);
const MAPPING = torchFile(DENSE);
const FIT = torchFile({ mean: ONES, std: ONES }, 'legacy');

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
    assert.equal(byFolder.metadata, { kind: 'stylegan1', norm_epsilon: '1e-5' });
    assert.is(byFolder.sha256, sha256(sha256(FIT), sha256(MAPPING), sha256(SYNTHESIS)));
    assert.equal([...byFolder.tensors.keys()].slice(0, 3), [
      'gaussian_fit.mean',
      'gaussian_fit.std',
      'mapping.dense0.weight',
    ]);
    assert.equal(byFolder.tensors.get('synthesis.blocks.4x4.const'), NETWORK.get('synthesis.blocks.4x4.const'));
    assert.is(byFolder.tensors.size, PULSE.size + 16 + 2);
    const numbers = [...PULSE.values(), ...DENSE.values()].reduce((sum, { data }) => sum + data.length, 0);
    assert.is(byFolder.parameters, numbers, 'the fit is none');
    assert.is(byFolder.kind, 'stylegan1');
    assert.is(byFolder.dialect, 'PULSE');
    const file = join(folder, 'synthesis.pt');
    assert.equal(await readWeights(file), { ...byFolder, path: file });
    const [, ...companions] = byFolder.files;
    assert.equal(byFolder.files, [file, join(folder, 'gaussian_fit.pt'), join(folder, 'mapping.pt')]);
    const copy = join(folder, 'copy.legacy.pt');
    assert.equal(await readWeights(copy), {
      ...byFolder,
      path: copy,
      name: 'copy.legacy',
      files: [copy, ...companions],
    });
  });
});

test('mapping.pt and gaussian_fit.pt may be missing, and make no generator by themselves', async () => {
  await withFiles({ 'synthesis.pt': SYNTHESIS }, async (folder) => {
    const { tensors, sha256: digest } = await readWeights(folder);
    assert.is(tensors.size, PULSE.size);
    assert.is(digest, sha256(SYNTHESIS), "one file's digest is its own");
  });
  const strange = torchFile({ 'dense0.weight': ONES, other: ONES });
  await withFiles(
    { 'a.pt': MAPPING, 'b.pt': FIT, 'synthesis.pt': SYNTHESIS, 'mapping.pt': strange },
    async (folder) => {
      const [a, b] = [join(folder, 'a.pt'), join(folder, 'b.pt')];
      await refusesLater(readWeights(a), /PULSE's mapping\.pt alone; give its synthesis\.pt/, a);
      await refusesLater(readWeights(b), /PULSE's gaussian_fit\.pt alone; give its synthesis\.pt/, b);
      await refusesLater(
        readWeights(folder),
        /holds other, which PULSE's mapping\.pt does not/,
        join(folder, 'mapping.pt'),
      );
    },
  );
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
    const tensors = NETWORK;
    await writeSafetensors(path, tensors, { resolution: '128', licence: 'MIT' });
    const read = await readWeights(path);
    assert.is(read.name, 'demo-128');
    assert.is(read.format, 'safetensors');
    assert.is(read.sha256, sha256(await readFile(path)));
    const metadata = { licence: 'MIT', resolution: '128', kind: 'stylegan1', norm_epsilon: '1e-5' };
    assert.equal(read.metadata, metadata);
    assert.equal([...read.tensors].sort(), [...tensors].sort());
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
    const header = (note: string) => writeSafetensors(path, NETWORK, { note }).then(() => readFile(path));
    const missing = 0x0480 + 2 ** 16 - (await header('')).readUInt32LE(0);
    assert.is((await header(' '.repeat(missing))).readUInt16LE(0), 0x0480);
    assert.is((await readWeights(path)).format, 'safetensors');
  });
});

test('what is no file of weights', async () => {
  await withFiles({ empty: '' }, async (folder) => {
    await refusesLater(readWeights(folder), /a folder without weights: neither synthesis\.pt nor/, folder);
    const one = join(folder, 'snapshots');
    await mkdir(one);
    await writeFile(join(one, 'network-000100.pkl'), '');
    await refusesLater(readWeights(one), /name the file itself, for example .*network-000100\.pkl$/, one);
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
    ['', /an empty file; facewright opens StyleGAN1 and StyleGAN2: /],
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
    [bytesOf(0, 1, 2, 3), /neither safetensors nor a PyTorch file nor a pickle/],
    [bytesOf(0x80, 2, 'N'), /ends too early/],
    [bytesOf('PK\x05\x06', '\0'.repeat(18)), /a zip archive without PyTorch weights/],
  ];
  for (const [bytes, expected] of cases) refuses(() => parseWeights(Buffer.from(bytes as string), SOURCE), expected);
});

test("NVIDIA's pickles of every protocol", async () => {
  const one = smallStyleGan1();
  const two = smallStyleGan2();
  await withFiles({}, async (folder) => {
    const path = join(folder, 'network.pkl');
    for (const protocol of [0, 1, 2, 3, 4, 5]) {
      await writeFile(path, dnnlibFile(asNvidiaStyleGan1(one), protocol));
      const first = await readWeights(path);
      assert.is(first.format, 'pickle');
      assert.is(first.dialect, "NVIDIA's StyleGAN1");
      assert.equal(first.notes, ['took Gs, the averaged network; the file also holds D']);
      assert.equal([...first.tensors].sort(), [...one].sort(), `protocol ${protocol}`);
      await writeFile(path, adaFile(two, protocol, { clamp: 256 }));
      const second = await readWeights(path);
      assert.is(second.dialect, 'StyleGAN2-ADA');
      assert.is(second.metadata.conv_clamp, '256');
      assert.equal([...second.tensors].sort(), [...two].sort(), `protocol ${protocol}`);
      await writeFile(path, dnnlibFile(asNvidiaStyleGan2(two), protocol, { conv_clamp: 4, architecture: 'skip' }));
      assert.is((await readWeights(path)).metadata.conv_clamp, '4');
    }
  });
});

test('of a file no more stays in memory than the tensors', async () => {
  const two = smallStyleGan2();
  await withFiles(
    { 'x.pkl': adaFile(two, 4, { G: two }), 'y.pt': torchFile({ g: two, g_ema: two }) },
    async (folder) => {
      for (const file of ['x.pkl', 'y.pt']) {
        const { tensors, notes } = await readWeights(join(folder, file));
        assert.is(notes.length, 1);
        for (const [name, { data }] of tensors) assert.is(data.buffer.byteLength, data.byteLength, name);
      }
    },
  );
});

test('a file cannot become far larger than it is', async () => {
  const blocks = [...PULSE.keys()].map((name) => [name, tensor({ count: 1, shape: [1000, 1000], strides: [0, 0] })]);
  const bomb = torchZip(dict(Object.fromEntries(blocks)), { 0: f32(1) });
  await withFiles({ 'bomb.pt': bomb }, async (folder) => {
    const path = join(folder, 'bomb.pt');
    await refusesLater(readWeights(path), /its tensors would take \d+ bytes, too many for a file of \d+/, path);
  });
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
