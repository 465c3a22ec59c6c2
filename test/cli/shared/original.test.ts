import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { rewriteOriginal } from '../../../dist/cli/shared/original.js';

const test = suite('cli/original');
const rewritten = (line: string) => rewriteOriginal(line.split(' '));

test('every spelling of the original has its option', () => {
  assert.equal(
    rewritten(
      'run -input_dir faces -output_dir out -cache_dir c -duplicates 2 -batch_size 3 -seed 0 -loss_str 100*L2 -eps 1e-3 ' +
        '-noise_type zero -num_trainable_noise_layers 4 -tile_latent -bad_noise_layers 17.3 -opt_name sgd ' +
        '-learning_rate 1 -steps 100 -lr_schedule fixed -save_intermediate',
    ),
    [
      'run',
      '--out=out',
      '--cache=c',
      '--duplicates=2',
      '--batch=3',
      '--seed=0',
      '--loss=100*L2',
      '--eps=1e-3',
      '--noise=zero',
      '--trainable-noise=4',
      '--tile',
      '--bad-noise-layers=17.3',
      '--optimizer=sgd',
      '--learning-rate=1',
      '--steps=100',
      '--schedule=fixed',
      '--save-intermediate',
      '--original',
      '--',
      'faces',
    ],
  );
});

test('values after = and values that begin with a dash', () => {
  assert.equal(rewritten('run -steps=5 -eps -1'), ['run', '--steps=5', '--eps=-1', '--original']);
});

test('goes together with ours', () => {
  assert.equal(rewritten('run x.png --out o -steps 5'), ['run', 'x.png', '--out', 'o', '--steps=5', '--original']);
  assert.equal(rewritten('run -steps 5 -- -x.png'), ['run', '--steps=5', '--original', '--', '-x.png']);
});

test('leaves everything else alone', () => {
  for (const line of ['run x.png --steps 5', 'run x.png -stpes 5', 'generate -seed 5', '--help', 'run -- -steps']) {
    assert.equal(rewritten(line), line.split(' '));
  }
});

test('a value must be there', () => {
  assert.throws(() => rewritten('run -steps'), /-steps needs a value/);
  assert.throws(() => rewritten('run -input_dir -steps 5'), /-input_dir needs a value/);
  assert.throws(() => rewritten('run -tile_latent=1'), /-tile_latent takes no value/);
});

test.run();
