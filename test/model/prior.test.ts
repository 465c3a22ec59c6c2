import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FacewrightError } from '../../dist/errors.js';
import { Prior } from '../../dist/model/prior.js';

const fit = { mean: Float32Array.of(1, -1), std: Float32Array.of(1, 2) };

test('without a fit, only a truncation that does nothing works', () => {
  const prior = new Prior('faces');
  const w = Float32Array.of(3, -3);
  assert.is(prior.truncate(w, 1), w);
  for (const action of [() => prior.truncate(w, 0.5), () => prior.require(), () => prior.constants()]) {
    assert.throws(
      action,
      (error: Error) => error instanceof FacewrightError && /^faces: there is no Gaussian fit/.test(error.message),
    );
  }
});

test('truncation to nothing gives the mean, taken back through the leaky ReLU, row by row', () => {
  const prior = new Prior('faces', fit);
  assert.equal(prior.truncate(Float32Array.of(5, 6, 7, 8), 0), Float32Array.of(1, -0.2, 1, -0.2));
});

test('constants are the same objects until the fit changes, and so does the version', () => {
  const prior = new Prior('faces', fit);
  const { version } = prior;
  const first = prior.constants();
  assert.is(prior.constants().get('fit.mean'), first.get('fit.mean'), 'an engine packs them once');
  assert.equal(first.get('fit.std')?.shape, [2, 1, 1, 1]);
  prior.fit = { ...fit };
  assert.is.not(prior.constants().get('fit.mean'), first.get('fit.mean'));
  assert.is.not(prior.version, version);
});

test.run();
