// A generator on an engine that its caller made.

import { mkdtempSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { randomStyleGan1 } from '../dist/bench/random-weights.js';
import { hostTensor } from '../dist/graph/host-tensor.js';
import { GaussianFitter } from '../dist/model/gaussian.js';
import type { Generator } from '../dist/model/generator.js';
import { openGenerator } from '../dist/open.js';
import { normals } from '../dist/pulse/random.js';
import { writeSafetensors } from '../dist/weights/safetensors-file.js';
import { engineSuite, openTestEngine, quickestEngine } from './engines.js';

const test = engineSuite(quickestEngine, 'an engine of your own');

test('serves two generators, one after the other, and is closed by its owner', async () => {
  const engine = await openTestEngine(quickestEngine);
  const faces: Float32Array[] = [];
  for (let i = 0; i < 2; i++) {
    const generator = await openGenerator({ engine });
    assert.is(generator.engine, engine);
    faces.push(...(await generator.generate({ z: normals(1, [], generator.info.latentSize) })));
    generator.close();
    await generator.map(normals(1, [], generator.info.latentSize)).then(
      () => assert.unreachable('a closed generator works on'),
      (error) => assert.match(error.message, /closed/),
    );
  }
  assert.equal(faces[0], faces[1]);
  engine.close();
  const late = await openGenerator({ engine });
  await late.generate({ z: normals(1, [], late.info.latentSize) }).then(
    () => assert.unreachable('a closed engine works on'),
    (error) => assert.match(error.message, /closed|destroyed|lost/),
  );
});

test('a name of the catalogue is told from a missing file', async () => {
  await openGenerator({ model: 'ada-ffhq' }).then(
    () => assert.unreachable('it fetches what nobody asked it to'),
    (error) => assert.match(error.message, /^ada-ffhq: no such file or folder; .*locateWeights\('ada-ffhq'\)/),
  );
});

test('a model without a fit gets one, which is kept and read again; one that is damaged is made anew', async () => {
  const d = 16;
  const folder = mkdtempSync(join(tmpdir(), 'facewright-open-'));
  try {
    const tensors = randomStyleGan1(8, { fmapBase: 16, fmapMax: 4, latentSize: d });
    for (let layer = 0; layer < 8; layer++) {
      tensors.set(
        `mapping.dense${layer}.weight`,
        hostTensor(
          [d, d],
          normals(layer, [1], d * d).map((x) => 100 * x),
        ),
      );
      tensors.set(`mapping.dense${layer}.bias`, hostTensor([d], normals(layer, [2], d)));
    }
    const model = join(folder, 'small.safetensors');
    await writeSafetensors(model, tensors);
    const cache = join(folder, 'cache');
    const open = async (kept = cache) => {
      const said: string[] = [];
      // Where the machine is busy, it is told how far the fit is.
      const onMessage = (text: string) => !text.endsWith('%') && said.push(text);
      const generator = await openGenerator({ model, cache: kept, onMessage, ...quickestEngine.request });
      const { fit } = generator;
      const w = await generator.map(normals(9, [], 4000 * d));
      generator.close();
      return { fit: fit!, said, w };
    };
    const made = await open();
    assert.match(made.said.join(), /comes without a Gaussian fit: making one of [\d,]+ latents, once/);
    // Against other latents: 4000 tell a mean to a sixtieth of the deviation.
    const other = new GaussianFitter(d);
    other.add(made.w);
    const { mean, std } = other.result();
    for (let i = 0; i < d; i++) {
      assert.ok(Math.abs(mean[i] - made.fit.mean[i]) < 0.1 * std[i], `mean ${i}`);
      assert.ok(Math.abs(std[i] / made.fit.std[i] - 1) < 0.15, `std ${i}`);
    }
    const kept = await open();
    assert.equal([kept.fit, kept.said], [made.fit, []]);
    const [file] = readdirSync(cache);
    writeFileSync(join(cache, file), 'damaged');
    const again = await open();
    assert.equal(again.fit, made.fit);
    assert.is(again.said.length, 1);
    const unkept = await open(join(model, 'below a file'));
    assert.equal(unkept.fit, made.fit);
    assert.match(
      unkept.said[1],
      /^the fit could not be kept and will be made again next time \(.*a part of its folder is a file/,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('weights are read again for a graph of another kind, from the file that was opened', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'facewright-open-'));
  try {
    const tensors = randomStyleGan1(8, { fmapBase: 16, fmapMax: 4, latentSize: 16 });
    const [model, other] = [join(folder, 'small.safetensors'), join(folder, 'other.safetensors')];
    await writeSafetensors(model, tensors);
    const w = normals(3, [], 4 * 16);
    const ask = (generator: Generator) => generator.synthesizeVjp(w, [], normals(4, [], 3 * 8 * 8));
    const first = await openGenerator({ model, purpose: 'draw', ...quickestEngine.request });
    const image = await first.synthesize(w);
    const expected = await ask(first);
    first.close();

    const replaced = await openGenerator({ model, purpose: 'draw', ...quickestEngine.request });
    await writeSafetensors(other, new Map([...tensors].reverse()), { licence: 'other' });
    renameSync(other, model);
    assert.equal(await replaced.synthesize(w), image, 'a file that was replaced is still there for who opened it');
    assert.equal((await ask(replaced)).gradW, expected.gradW);
    replaced.close();

    const changed = await openGenerator({ model, purpose: 'draw', ...quickestEngine.request });
    utimesSync(model, 1, 1);
    await changed.synthesize(w).then(
      () => assert.unreachable('weights that may be others were taken'),
      (error) => assert.is(error.message, `${model}: was written to since it was opened; open it anew`),
    );
    changed.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a class is refused by a generator that has none', async () => {
  await openGenerator({ class: 0, ...quickestEngine.request }).then(
    () => assert.unreachable('it was opened'),
    (error) => assert.is(error.message, 'demo-128: has no classes; leave out --class'),
  );
});

test.run();
