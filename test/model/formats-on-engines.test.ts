// The weight files that people have, opened and computed, against what the code that wrote each computes.

import * as assert from 'uvu/assert';
import { asFloat32, type HostTensors } from '../../dist/graph/host-tensor.js';
import type { Generator } from '../../dist/model/generator.js';
import { openGenerator } from '../../dist/open.js';
import { readSafetensors } from '../../dist/weights/safetensors.js';
import { engineSuite, engines } from '../engines.js';
import { assertClose } from '../golden-values.js';
import { goldenTest } from '../goldens.js';

/** By the container's extension and the name of what was computed. */
const FILES: readonly (readonly [file: string, kind: string])[] = [
  ['genforce.stylegan1.pth', 'stylegan1'],
  ['genforce.stylegan2.pth', 'stylegan2'],
  ['rosinality.pt', 'stylegan2'],
  ['stylegan2-ada.pkl', 'stylegan2'],
  ['stylegan2-ada.clamped.pkl', 'stylegan2'],
  ['stylegan2-tf.pkl', 'stylegan2'],
];

/** What a file of golden values holds of the network. */
class Golden {
  constructor(private readonly tensors: HostTensors<'f32'>) {}

  static async read(path: string): Promise<Golden> {
    return new Golden(asFloat32((await readSafetensors(path)).tensors));
  }

  get(name: string): Float32Array {
    return this.tensors.get(name)!.data;
  }

  has(name: string): boolean {
    return this.tensors.has(name);
  }

  /** The names of the noise maps, the smallest map first; layers are numbered within what their names share. */
  get noises(): string[] {
    const place = (name: string) => Number(/(?:layer|noise\.|b)(\d+)/.exec(name)![1]);
    return [...this.tensors.keys()]
      .filter((name) => name.startsWith('noise.'))
      .sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
  }

  /** A noise map for both pictures: those of files that have one for all are said twice. */
  noise(name: string): Float32Array {
    const map = this.get(name);
    const [n, , side] = [...this.tensors.get(name)!.shape];
    if (n === 2 && side !== undefined) return map;
    return Float32Array.from({ length: 2 * map.length }, (_, i) => map[i % map.length]);
  }

  /** The gradient of a map, from those of both pictures. */
  noiseGradient(name: string, found: Float32Array): Float32Array {
    const half = found.length / 2;
    if (this.get(name).length > half) return found;
    return Float32Array.from({ length: half }, (_, i) => found[i] + found[half + i]);
  }
}

for (const engine of engines) {
  const test = engineSuite(engine, 'weight files and what their own code computes');
  for (const [file, kind] of FILES) {
    const io = `formats/${file.replace(/\.[^.]*$/, '')}.io.safetensors`;
    goldenTest(test, file, [`formats/${file}`, io], async (model, values) => {
      const golden = await Golden.read(values);
      const generator = await openGenerator({ model, ...engine.request, fit: false });
      try {
        assert.is(generator.info.kind, kind);
        await checkMapping(generator, golden);
        await checkSynthesis(generator, golden);
      } finally {
        generator.close();
      }
    });
  }
  test.run();
}

async function checkMapping(generator: Generator, golden: Golden): Promise<void> {
  const w = await generator.map(golden.get('z'));
  assertClose('w', w, golden.get('w'), 2e-5);
  assertClose('w_avg', generator.network.wAverage!, golden.get('w_avg'), 1e-7);
  assertClose('w_truncated07', generator.truncate(w, 0.7), golden.get('w_truncated07'), 2e-5);
}

async function checkSynthesis(generator: Generator, golden: Golden): Promise<void> {
  const names = golden.noises;
  assert.is(names.length, generator.network.noiseSides.length);
  const noise = names.map((name) => golden.noise(name));
  const { image, gradW, gradNoise } = await generator.synthesizeVjp(golden.get('ws'), noise, golden.get('grad_image'));
  assertClose('image', image, golden.get('image'), 2e-5);
  assertClose('grad_ws', gradW, golden.get('grad_ws'), 1e-4);
  names.forEach((name, index) => {
    const found = golden.noiseGradient(name, gradNoise[index]!);
    assertClose(`grad_${name}`, found, golden.get(`grad_${name}`), 3e-4);
  });
  if (golden.has('image_no_noise')) {
    assertClose(
      'image without noise',
      await generator.synthesize(golden.get('ws'), []),
      golden.get('image_no_noise'),
      2e-5,
    );
  }
}
