// Converted weights: the same network, and what is written beside it.

import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { type ConvertOptions, convertWeights } from '../dist/convert-weights.js';
import { hostTensor } from '../dist/graph/host-tensor.js';
import { inspectWeights } from '../dist/inspect-weights.js';
import { openGenerator } from '../dist/open.js';
import { readWeights } from '../dist/read-weights.js';
import { readSafetensors, writeSafetensors } from '../dist/weights/safetensors-file.js';
import { writeTinyWeights } from './cli/tiny.js';
import { engineSuite, openTestEngine, quickestEngine } from './engines.js';
import { goldenTest } from './goldens.js';
import { normals } from './random.js';
import { smallStyleGan2 } from './weights/networks.js';

const test = engineSuite(quickestEngine, 'converted weights');

const folder = mkdtempSync(join(tmpdir(), 'facewright-convert-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const pulse = fileURLToPath(new URL('../test/goldens/stylegan1', import.meta.url));

/** A face, from one row of w for all layers. */
async function face(model: string): Promise<Float32Array> {
  const engine = await openTestEngine(quickestEngine);
  const generator = await openGenerator({ engine, model });
  try {
    const { layers, latentSize } = generator.info;
    return await generator.synthesize(normals('w', layers * latentSize));
  } finally {
    generator.close();
    engine.close();
  }
}

const rms = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);

test('PULSE’s files become one that draws the same pictures, to the bit', async () => {
  const out = join(folder, 'pulse.safetensors');
  await convertWeights(pulse, out, { licence: 'its owner’s' });
  const { metadata, tensors } = await readSafetensors(out);
  assert.is((await inspectWeights(pulse)).licence, 'unknown');
  const before = await inspectWeights(pulse, 'its owner’s');
  assert.is(before.licence, 'its owner’s');
  assert.equal(metadata, {
    kind: 'stylegan1',
    resolution: '128',
    norm_epsilon: '0.00001',
    source_sha256: before.sha256,
    licence: 'its owner’s',
  });
  assert.ok([...tensors.values()].every(({ dtype }) => dtype === 'f32'));
  const after = await inspectWeights(out);
  assert.equal(after.network, before.network);
  assert.is(after.dialect, 'facewright');
  assert.is(after.licence, 'its owner’s');
  assert.is(after.sha256, createHash('sha256').update(readFileSync(out)).digest('hex'));
  assert.ok(after.gaussian_fit);
  assert.equal(await face(out), await face(pulse));
});

test('converted again: the same bytes, and the first file’s digest', async () => {
  const [once, twice] = ['once', 'twice'].map((name) => join(folder, `${name}.safetensors`));
  await convertWeights(pulse, once);
  await convertWeights(once, twice);
  assert.ok(readFileSync(once).equals(readFileSync(twice)));
});

test('half precision: every number the nearest half, the fit untouched', async () => {
  const [out, exact] = ['half', 'exact'].map((name) => join(folder, `${name}.safetensors`));
  await convertWeights(pulse, exact);
  await convertWeights(pulse, out, { half: true });
  const { tensors } = await readSafetensors(out);
  for (const [name, { dtype }] of tensors) assert.is(dtype, name.startsWith('gaussian_fit.') ? 'f32' : 'f16', name);
  assert.ok(readFileSync(out).length < 0.53 * readFileSync(exact).length);
  const [wanted, found] = [await face(pulse), await face(out)];
  // A half errs by 2⁻¹² of itself at most, 1.4e-4 of it in the mean square; some 24 tensors follow each other.
  const error = rms(wanted.map((value, i) => value - found[i])) / rms(wanted);
  assert.ok(error > 0 && error < 5e-3, `differs by ${error}`);
});

test('a number too large for half precision is named, and nothing is written', async () => {
  const { tensors } = await readSafetensors(await writeTinyWeights(folder));
  const name = 'synthesis.torgb.bias';
  tensors.set(name, hostTensor([3], Float32Array.of(1, -65519, 65520)));
  const large = join(folder, 'large.safetensors');
  await writeSafetensors(large, tensors);
  const out = join(folder, 'out.safetensors');
  const error = await convertWeights(large, out, { half: true }).catch((thrown: Error) => thrown);
  assert.match(
    (error as Error).message,
    /large\.safetensors: synthesis\.torgb\.bias holds 65520 at position 2, too large for half precision; convert without it$/,
  );
  assert.not.ok(readdirSync(folder).includes('out.safetensors'));
});

test('a fit that is given goes with it', async () => {
  const { tensors } = await readSafetensors(await writeTinyWeights(folder));
  tensors.delete('gaussian_fit.mean');
  tensors.delete('gaussian_fit.std');
  const [bare, out] = ['bare', 'fitted'].map((name) => join(folder, `${name}.safetensors`));
  await writeSafetensors(bare, tensors, { licence: 'CC0-1.0' });
  assert.not.ok((await inspectWeights(bare)).gaussian_fit);
  const fit = { mean: normals('mean', 512, 0.1), std: normals('std', 512, 0.02, 0.5) };
  await convertWeights(bare, out, { fit, half: true });
  const written = await readSafetensors(out);
  assert.equal(written.tensors.get('gaussian_fit.mean'), hostTensor([512], fit.mean));
  assert.equal(written.tensors.get('gaussian_fit.std'), hostTensor([512], fit.std));
  assert.is(written.metadata.licence, 'CC0-1.0');
});

test('a fit is of one class of a conditional network, and only that class begins with it', async () => {
  const [bare, out, again] = ['classes', 'class-1', 'class-1-again'].map((name) => join(folder, `${name}.safetensors`));
  await writeSafetensors(bare, smallStyleGan2({ classes: 3 }), { kind: 'stylegan2' });
  const d = (await inspectWeights(bare)).network!.latent_size;
  const fit = { mean: normals('mean', d, 0.1), std: new Float32Array(d).fill(0.5) };
  await convertWeights(bare, out, { fit, class: 1 });
  await convertWeights(out, again);
  assert.is((await inspectWeights(bare)).fit_class, null);
  for (const file of [out, again]) assert.is((await inspectWeights(file)).fit_class, 1);
  const engine = await openTestEngine(quickestEngine);
  try {
    for (const chosen of [1, 2]) {
      const generator = await openGenerator({ engine, model: again, class: chosen, purpose: 'draw' });
      assert.equal(generator.fit?.mean, chosen === 1 ? fit.mean : undefined, `class ${chosen}`);
      generator.close();
    }
  } finally {
    engine.close();
  }
  const none = join(folder, 'none.safetensors');
  const refused = async (from: string, options: ConvertOptions) =>
    ((await convertWeights(from, none, options).catch((thrown: Error) => thrown)) as Error)?.message;
  assert.match(await refused(bare, { fit }), /choose one with --class 0 to 2$/);
  assert.match(await refused(bare, { fit, class: 3 }), /has no class 3/);
  const short = { mean: fit.mean.subarray(1), std: fit.std };
  assert.is(
    await refused(bare, { fit: short, class: 1 }),
    `${bare}: has ${d} numbers in a row of w, and the fit given ${d - 1}`,
  );
  assert.not.ok(readdirSync(folder).includes('none.safetensors'));
});

test('an incomplete file is told, by inspecting and by converting', async () => {
  const { tensors } = await readSafetensors(await writeTinyWeights(folder));
  tensors.delete('synthesis.blocks.32x32.conv1.bias');
  const broken = join(folder, 'broken.safetensors');
  await writeSafetensors(broken, tensors);
  for (const work of [() => inspectWeights(broken), () => convertWeights(broken, join(folder, 'none.safetensors'))]) {
    const error = await work().catch((thrown: Error) => thrown);
    assert.match((error as Error).message, /broken\.safetensors: .*synthesis\.blocks\.32x32\.conv1\.bias/);
  }
  assert.not.ok(readdirSync(folder).includes('none.safetensors'));
});

test('a tensor of the wrong shape: what is known is told all the same', async () => {
  const { tensors } = await readSafetensors(await writeTinyWeights(folder));
  tensors.set('synthesis.torgb.bias', hostTensor([4], new Float32Array(4)));
  const broken = join(folder, 'broken.safetensors');
  await writeSafetensors(broken, tensors);
  const report = await inspectWeights(broken);
  assert.is(report.network, null);
  assert.match(report.problem!, /broken\.safetensors: synthesis\.torgb\.bias is \[4\]; expected \[3\]/);
  assert.is(report.kind, 'stylegan1');
  assert.is(report.channels['64'], 8);
});

for (const [file, container, rows] of [
  ['genforce.stylegan1.pth', 'torch', 12],
  ['genforce.stylegan2.pth', 'torch', 10],
  ['rosinality.pt', 'torch', 10],
  ['stylegan1.protocol4.pkl', 'pickle', 12],
  ['stylegan2-ada.pkl', 'pickle', 10],
  ['stylegan2-ada.clamped.pkl', 'pickle', 10],
  ['stylegan2-ada.conditional.pkl', 'pickle', 10],
  ['stylegan2-tf.pkl', 'pickle', 10],
] as const) {
  goldenTest(test, `${file} converted is read as the file itself, to the bit`, [`formats/${file}`], async (path) => {
    const out = join(folder, `${file}.safetensors`);
    await convertWeights(path, out);
    const [before, after] = [await readWeights(path), await readWeights(out)];
    assert.equal([...after.tensors.keys()].sort(), [...before.tensors.keys()].sort());
    for (const [name, tensor] of before.tensors) assert.equal(after.tensors.get(name), tensor, name);
    for (const key of ['kind', 'norm_epsilon', 'conv_clamp']) {
      assert.is(
        Number(after.metadata[key]) || after.metadata[key],
        Number(before.metadata[key]) || before.metadata[key],
        key,
      );
    }
    // TensorFlow's and genforce's StyleGAN1 have a way to RGB from every resolution, of which one is used.
    assert.ok(after.parameters <= before.parameters);
    const report = await inspectWeights(path);
    assert.equal((await inspectWeights(out)).network, report.network);
    assert.is(report.container, container);
    assert.is(report.network?.rows, rows);
    assert.ok(report.mean_of_w);
    assert.is(report.classes, file.includes('conditional') ? 3 : 0);
    assert.is(report.conv_clamp, file.includes('clamped') ? 4 : null);
  });
}

test.run();
