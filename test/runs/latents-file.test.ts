import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hostTensor } from '../../dist/graph/host-tensor.js';
import {
  isOurLatents,
  latentsName,
  readFaces,
  readStarts,
  savedStart,
  saveLatents,
  saveNpz,
} from '../../dist/runs/latents-file.js';
import { writeNpz } from '../../dist/weights/npz.js';
import { writeSafetensors } from '../../dist/weights/safetensors-file.js';
import { newFolder } from '../cli/command.js';

const test = suite('cli/latents-file');
const folder = newFolder();
const path = join(folder, 'x.latents.safetensors');
test.after(() => rmSync(folder, { recursive: true }));

// The part of a generator that matters here: three layers with maps of 4, 4 and 8 px.
type Described = Parameters<typeof readStarts>[1];
const generator = {
  info: { name: 'tiny', layers: 3, latentSize: 512, noiseSides: [4, 4, 8] },
  requireFit: () => ({ mean: new Float32Array(512).fill(-1), std: new Float32Array(512).fill(4) }),
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
  await write({ x: tensor(1, 3, 512) });
  assert.match(await read(), /x\.latents\.safetensors: no start: it holds neither v nor w/);
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
  assert.match(await refusal(readFaces(path, generator)), /no latents: it holds no w/);
});

test('w as NVIDIA keeps it: .npz, by its content, rows as the network has them or one for all', async () => {
  const [npz, misnamed] = [join(folder, 'projected_w.npz'), join(folder, 'w.dat')];
  const w = tensor(3, 512).data;
  await saveNpz(npz, w, generator);
  assert.ok(await isOurLatents(npz));
  assert.equal((await readFaces(npz, generator)).w(0), w);
  await writeNpz(misnamed, new Map([['w', tensor(2, 1, 512)]]));
  assert.not(await isOurLatents(misnamed));
  const two = await readFaces(misnamed, generator);
  assert.is(two.count, 2);
  assert.equal([two.w(1).length, two.w(1)[0], two.w(1)[1024]], [3 * 512, 512, 512]);
  await writeNpz(misnamed, new Map([['w', tensor(1, 18, 512)]]));
  assert.match(
    await refusal(readFaces(misnamed, generator)),
    /w\.dat: w is \[1, 18, 512\], where tiny draws \[n, 3, 512\] or \[n, 512\]/,
  );
  const spoilt = tensor(1, 3, 512);
  spoilt.data[7] = Number.NaN;
  await writeNpz(misnamed, new Map([['w', spoilt]]));
  assert.match(await refusal(readFaces(misnamed, generator)), /w holds NaN at position 7/);
});

test('a search starts at w where there is no v', async () => {
  const npz = join(folder, 'start.npz');
  const w = tensor(1, 3, 512);
  w.data[5] = -2;
  await writeNpz(npz, new Map([['w', w]]));
  const starts = await readStarts(npz, generator, { tile: false });
  // v = (LeakyReLU(5)(w) − mean)/std, of mean −1 and std 4.
  const v = starts.v(9);
  assert.equal([v.length, v[0], v[3], v[5], v[1535]], [1536, 0.25, 1, -2.25, 384]);
  assert.match(await refusal(readStarts(npz, generator, { tile: true })), /w has 3 rows, where a start with --tile/);
  await writeNpz(npz, new Map([['w', tensor(2, 1, 512)]]));
  assert.is((await readStarts(npz, generator, { tile: false })).v(1).length, 1536);
  assert.equal((await readStarts(npz, generator, { tile: true })).v(1)[0], 513 / 4);
});

test('names', () => {
  assert.is(latentsName('projected_w.npz'), 'projected_w');
  assert.is(latentsName('a/x.latents.safetensors'), 'x');
  assert.is(latentsName('x.safetensors'), 'x');
});

test.run();
