// The files that people have, written by the code that their names say, against what that code computes.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readWeights } from '../../dist/read-weights.js';
import { assertClose, goldenTensors } from '../golden-values.js';
import { goldenTest } from '../goldens.js';
import { PlainStyleGan2 } from './plain-stylegan2.js';

/** NAME.io.safetensors is what the file's network computes. */
const STYLEGAN2 = ['stylegan2-ada.pkl', 'stylegan2-ada.clamped.pkl', 'stylegan2-tf.pkl', 'rosinality.pt', 'genforce.stylegan2.pth'];

for (const file of STYLEGAN2) {
  const io = `formats/${file.replace(/\.[a-z]+$/, '')}.io.safetensors`;
  goldenTest(test, `${file}, in our names, computes what it did`, [`formats/${file}`, io], async (path) => {
    const weights = await readWeights(path);
    assert.is(weights.kind, 'stylegan2');
    const values = await goldenTensors(io);
    const clamp = weights.metadata.conv_clamp;
    const network = new PlainStyleGan2(weights.tensors, clamp === undefined ? undefined : Number(clamp));
    /** The first picture's part of a tensor. */
    const first = (name: string) => {
      const { shape, data } = values.get(name)!;
      return Float64Array.from(data.subarray(0, data.length / shape[0]!));
    };
    assertClose('w', network.map(first('z')), first('w'), 2e-5);
    assert.equal(weights.tensors.get('mapping.w_avg')?.data, values.get('w_avg')?.data);

    const rows = first('ws');
    const ws = Array.from({ length: rows.length / 512 }, (_, row) => rows.subarray(512 * row, 512 * (row + 1)));
    const noise = [...values].filter(([name]) => name.startsWith('noise.')).map(([, { data }]) => Float64Array.from(data));
    assertClose('image', network.draw(ws, noise).data, first('image'), 2e-5);
  });
}

test.run();
