// What the bench of loading opens is what the readers open: NVIDIA's pickles and PyTorch's files.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { persistentPickle, torchCheckpoint } from '../../dist/bench/pickle-files.js';
import { randomStyleGan2 } from '../../dist/bench/random-weights.js';
import { findGenerator } from '../../dist/find-generator.js';
import { readAll } from '../../dist/graph/stored-tensor.js';
import { parseWeights } from '../../dist/weights/read.js';

const network = randomStyleGan2(8, { fmapBase: 32, fmapMax: 4, latentSize: 8 });
const others = new Map([...network].map(([name, tensor]) => [`d_${name}`, tensor]));
const sorted = (tensors: ReadonlyMap<string, unknown>) => [...tensors].sort(([a], [b]) => (a < b ? -1 : 1));

for (const [format, parts, note] of [
  [
    'pickle',
    persistentPickle({ G: network, D: others, G_ema: network }),
    'took G_ema, the averaged network; the file also holds G and D',
  ],
  [
    'torch',
    torchCheckpoint({ g: network, d: others, g_ema: network }),
    'took g_ema, the averaged network; the file also holds g and d',
  ],
] as const) {
  test(`a ${format} of three networks`, () => {
    const file = parseWeights(Buffer.concat(parts), 'bench');
    assert.is(file.format, format);
    const { dialect, tensors, notes } = findGenerator('bench', file);
    assert.is(dialect.name, 'StyleGAN2-ADA');
    assert.equal(notes, [note]);
    assert.equal(sorted(readAll(tensors)), sorted(network));
  });
}

test.run();
