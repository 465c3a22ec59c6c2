import * as assert from 'uvu/assert';
import { Generator, generatorInfo } from '../../dist/model/generator.js';
import type { Network } from '../../dist/model/network.js';
import { truncateTowards } from '../../dist/model/truncation.js';
import { engineSuite, openTestEngine, quickestEngine } from '../engines.js';
import { tinyGenerator } from '../tiny-generator.js';

const test = engineSuite(quickestEngine, 'truncation');

const mean = Float32Array.of(1, -2);

test('mean + ψ·(w − mean), row by row', () => {
  const w = Float32Array.of(3, 2, -1, -4);
  assert.is(truncateTowards(w, mean, 1), w);
  assert.equal(truncateTowards(w, mean, 0), Float32Array.of(1, -2, 1, -2));
  assert.equal(truncateTowards(w, mean, 0.5), Float32Array.of(2, 0, 0, -3));
  assert.equal(truncateTowards(w, mean, -1), Float32Array.of(-1, -6, 3, 0));
});

test('a generator truncates towards its own mean of w, or else towards the centre of the prior', async () => {
  const engine = await openTestEngine(quickestEngine);
  const byPrior = tinyGenerator(engine);
  const { fit, network, info } = byPrior;
  assert.is(info.truncationCentre, 'prior');
  const wAverage = Float32Array.from({ length: 24 }, (_, i) => i);
  const own: Network = Object.assign(Object.create(network), { wAverage });
  // The mean needs no fit.
  const byMean = new Generator(engine, own, generatorInfo(own, info), { keepEngine: true });
  assert.is(byMean.info.truncationCentre, 'mean of w');
  const w = new Float32Array(6 * 24).fill(2);
  assert.equal(byMean.truncate(w, 0).subarray(24, 48), wAverage);
  assert.is(byMean.truncate(w, 0.5)[23], 12.5);
  // LeakyReLU(1/5) of the fit's mean.
  assert.equal(byPrior.truncate(w, 0)[0], Math.fround(0.2 * fit!.mean[0]));
  const [a] = await byMean.generate({ w, truncation: 0.25 });
  const [b] = await byMean.generate({ w: truncateTowards(w, wAverage, 0.25) });
  assert.equal(a, b);
  byMean.close();
  byPrior.close();
});

test.run();
