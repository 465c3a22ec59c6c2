import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { AbortedError } from '../../dist/errors.js';
import { GaussianFitter } from '../../dist/model/gaussian.js';
import type { Generator } from '../../dist/model/generator.js';
import { fitPrior } from '../../dist/pulse/fit-prior.js';
import { NormalSource } from '../../dist/pulse/ziggurat.js';

const test = suite('the fit of the prior');

/** A mapping network of two numbers that takes its time. */
function generator(map: (z: Float32Array) => Float32Array) {
  const seen: number[] = [];
  const made = {
    info: { latentSize: 2 },
    // As the generator's, it reads z later than when it is called.
    map: async (z: Float32Array, signal?: AbortSignal) => {
      seen.push(z.length / 2);
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (signal?.aborted) throw new AbortedError('stopped');
      return map(z);
    },
  } as unknown as Generator;
  return { made, seen };
}

test('is that of the latents, all of them and in their order', async () => {
  const { made, seen } = generator((z) => z.map((x, i) => (i % 2 === 0 ? 2 * x + 1 : x)));
  const fit = await fitPrior(made, 10_000);
  assert.equal(seen, [4096, 4096, 1808]);
  const source = new NormalSource(0);
  const fitter = new GaussianFitter(2);
  for (const count of seen) fitter.add(source.next(2 * count).map((x, i) => (i % 2 === 0 ? 2 * x + 1 : x)));
  assert.equal(fit, fitter.result());
});

test('ends where it is stopped, or a part of it fails', async () => {
  const stop = new AbortController();
  let calls = 0;
  const stopping = generator((z) => {
    if (++calls === 3) stop.abort();
    return z;
  });
  await fitPrior(stopping.made, 1e6, stop.signal).then(
    () => assert.unreachable('it went on'),
    (error) => assert.instance(error, AbortedError),
  );
  assert.ok(stopping.seen.length < 8);
  const failing = generator(() => {
    throw new Error('no mapping network');
  });
  await fitPrior(failing.made, 1e6).then(
    () => assert.unreachable('it went on'),
    (error) => assert.match(error.message, /no mapping network/),
  );
});

test.run();
