// The synthesis and mapping networks against what PULSE's own PyTorch code computes.

import * as assert from 'uvu/assert';
import type { Generator } from '../../dist/model/generator.js';
import { type StyleGan1, synthesis } from '../../dist/model/stylegan1.js';
import { openGenerator } from '../../dist/open.js';
import { engineSuite, enginesInAllSets } from '../engines.js';
import { assertClose, golden, goldenTensors } from '../golden-values.js';
import { goldenTest } from '../goldens.js';

const NETWORK = 'stylegan1/synthesis.pt';
const LAYERS = 12;

let generator: Generator;

async function io() {
  const tensors = await goldenTensors('stylegan1/synthesis.io.safetensors');
  const get = (name: string) => tensors.get(name)!.data;
  const noise = Array.from({ length: LAYERS }, (_, layer) => get(`noise${layer}`));
  return { get, noise, w: get('latent') };
}

for (const engine of enginesInAllSets) {
  const test = engineSuite(engine, 'the network against the original');
  test.before(async () => {
    generator = await openGenerator({ model: golden(NETWORK), ...engine.request });
  });
  test.after(() => generator.close());

  test('synthesis: the image', async () => {
    const { get, noise, w } = await io();
    const image = await generator.synthesize(w, noise);
    assertClose('image', image, get('image_f64'), 2e-5);
  });

  test('synthesis: the gradients of latent and noise', async () => {
    const { get, noise, w } = await io();
    const { image, gradW, gradNoise } = await generator.synthesizeVjp(w, noise, get('grad_image'));
    assertClose('image', image, get('image_f64'), 2e-5);
    assertClose('grad_latent', gradW, get('grad_latent_f64'), 2e-5);
    gradNoise.forEach((gradient, layer) => {
      assertClose(`grad_noise${layer}`, gradient!, get(`grad_noise${layer}_f64`), 2e-5);
    });
  });

  test('synthesis: the blocks up to 32 px', async () => {
    const { get, noise, w } = await io();
    const { executable, release } = await generator.lease('blocks', 2, (graph) => {
      const inputs = noise.map((map, layer) => {
        const side = Math.sqrt(map.length / 2);
        return graph.input(`noise${layer}`, [1, side, side]);
      });
      const { blocks } = synthesis(graph, generator.network as StyleGan1, graph.input('w', [LAYERS, 512, 1]), inputs);
      for (const [size, map] of blocks) graph.output(`block${size}`, map);
    });
    executable.write('w', w);
    for (const [layer, map] of noise.entries()) executable.write(`noise${layer}`, map);
    executable.run();
    for (const size of [4, 8, 16, 32]) {
      const values = await executable.read([`block${size}`]);
      assertClose(`block.${size}x${size}`, values[`block${size}`], get(`block.${size}x${size}`), 2e-5);
    }
    release();
  });

  test('synthesis: a picture does not depend on its batch', async () => {
    const { noise, w } = await io();
    const both = await generator.synthesize(w, noise);
    for (const picture of [0, 1]) {
      const half = (values: Float32Array) =>
        values.slice((picture * values.length) / 2, ((picture + 1) * values.length) / 2);
      assert.equal(await generator.synthesize(half(w), noise.map(half)), half(both));
    }
  });

  test('synthesis: absent noise is a map of zeros', async () => {
    const { noise, w } = await io();
    const zeros = noise.map((map) => new Float32Array(map.length));
    assertClose('image', await generator.synthesize(w, []), await generator.synthesize(w, zeros), 1e-6);
  });

  // 8 MB: only where the full set of golden values is.
  goldenTest(test, 'mapping: w', ['stylegan1/mapping.pt'], async () => {
    const tensors = await goldenTensors('stylegan1/mapping.safetensors');
    const w = await generator.map(tensors.get('z')!.data);
    assertClose('w', w, tensors.get('w')!.data, 2e-5);
  });

  test('the Gaussian fit is the one of gaussian_fit.pt', async () => {
    const tensors = await goldenTensors('stylegan1/mapping.safetensors');
    assert.equal(generator.requireFit().mean, tensors.get('fit_mean')!.data);
    assert.equal(generator.requireFit().std, tensors.get('fit_std')!.data);
  });

  test.run();
}
