import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hostTensor } from '../../dist/graph/host-tensor.js';
import { latentsName, readFaces, readStarts, savedStart, saveLatents } from '../../dist/runs/latents-file.js';
import { writeSafetensors } from '../../dist/weights/safetensors.js';
import { newFolder } from '../cli/command.js';

const test = suite('cli/latents-file');
const folder = newFolder();
const path = join(folder, 'x.latents.safetensors');
test.after(() => rmSync(folder, { recursive: true }));

// The part of a generator that matters here: three layers with maps of 4, 4 and 8 px.
type Described = Parameters<typeof readStarts>[1];
const generator = {
  info: { name: 'tiny', layers: 3, latentSize: 512, noiseSides: [4, 4, 8] },
} as unknown as Described;

function tensor(...shape: number[]) {
  const length = shape.reduce((product, size) => product * size, 1);
  return hostTensor(
    shape,
    Float32Array.from({ length }, (_, i) => i),
  );
}
const write = (tensors: Record<string, ReturnType<typeof tensor>>) =>
  writeSafetensors(path, new Map(Object.entries(tensors)));

async function refusal(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('was not refused');
}

test('what is saved is read again', async () => {
  const v = tensor(3, 512).data;
  const noise = [tensor(4, 4).data, tensor(4, 4).data.map((x) => -x), null];
  const result = { v, w: v.map((x) => x + 1), noise } as unknown as Parameters<typeof saveLatents>[1];
  await saveLatents(path, result, generator);
  const starts = await readStarts(path, generator, { tile: false });
  assert.is(starts.count, 1);
  assert.equal(starts.v(7), v);
  assert.equal(starts.noise(7, 1), noise[1]);
  assert.equal(starts.noise(0, 2), new Float32Array(64));
  const faces = await readFaces(path, generator);
  assert.equal(faces.w(0), result.w);
});

test('a start for each picture, by either name', async () => {
  await write({ latent: tensor(2, 3, 512), noise0: tensor(2, 1, 4, 4), noise2: tensor(1, 1, 8, 8) });
  const starts = await readStarts(path, generator, { tile: false });
  assert.is(starts.count, 2);
  assert.is(starts.v(1)[0], 3 * 512);
  assert.is(starts.noise(1, 0)![0], 16);
  assert.is(starts.noise(1, 1), undefined);
  assert.is(starts.noise(1, 2)![0], 0);
});

test('noise that the options rule out stays zero', async () => {
  await write({ v: tensor(1, 3, 512), noise0: tensor(1, 1, 4, 4) });
  const starts = await readStarts(path, generator, { tile: false });
  const random = { v: new Float32Array(3 * 512), noise: [1, 2, 3].map((x) => new Float32Array(16).fill(x)) };
  const start = savedStart(starts, 0, random, { noise: 'fixed', badNoise: [2] });
  assert.is(start.noise[0]![3], 3);
  assert.is(start.noise[1]![0], 2);
  assert.is(start.noise[2], null);
  assert.equal(savedStart(starts, 0, random, { noise: 'zero', badNoise: [] }).noise, [null, null, null]);
});

test('shapes that do not fit are named', async () => {
  const read = (tile = false) => refusal(readStarts(path, generator, { tile }));
  await write({ w: tensor(1, 3, 512) });
  assert.match(await read(), /x\.latents\.safetensors: no start: it holds no tensor v/);
  await write({ v: tensor(1, 4, 512) });
  assert.match(await read(), /v is \[1, 4, 512\], where a start for tiny is \[n, 3, 512\]$/);
  await write({ v: tensor(1, 1, 512) });
  assert.match(await read(), /; a start of one row needs --tile$/);
  assert.is((await readStarts(path, generator, { tile: true })).count, 1);
  await write({ v: tensor(1, 3, 512) });
  assert.match(await read(true), /is \[n, 1, 512\] with --tile$/);
  await write({ v: tensor(1, 3, 512), noise1: tensor(1, 1, 8, 8) });
  assert.match(await read(), /noise1 is \[1, 1, 8, 8\], where tiny takes \[1, 1, 4, 4\]/);
  await write({ v: tensor(1, 3, 512), noise3: tensor(1, 1, 8, 8) });
  assert.match(await read(), /holds noise3, but tiny has 3 noise maps: noise0 to noise2/);
});

test('latents to draw: one row serves all layers', async () => {
  await write({ w: tensor(5, 512) });
  const five = await readFaces(path, generator);
  assert.is(five.count, 5);
  assert.is(five.w(1).length, 3 * 512);
  assert.equal([five.w(1)[0], five.w(1)[512], five.w(1)[1024]], [512, 512, 512]);
  await write({ w: tensor(3, 512) });
  assert.is((await readFaces(path, generator)).count, 1);
  await write({ w: tensor(1, 7, 512) });
  assert.match(await refusal(readFaces(path, generator)), /w is \[1, 7, 512\], where tiny draws \[n, 3, 512\] or/);
  await write({ v: tensor(3, 512) });
  assert.match(await refusal(readFaces(path, generator)), /no latents: it holds no tensor w/);
});

test('names', () => {
  assert.is(latentsName('a/x.latents.safetensors'), 'x');
  assert.is(latentsName('x.safetensors'), 'x');
});

test.run();
