import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { rejectUnknownOptions } from '../../../dist/cli/shared/options.js';

const unknown = suite('cli/options: unknown ones');
const refused: [string, RegExp][] = [
  ['run x.png --stpes 3', /^unknown option --stpes; did you mean --steps\?$/],
  ['run x.png --learning_rate 3', /--learning_rate; did you mean --learning-rate\?/],
  ['run x.png -stpes 3', /-stpes; did you mean -steps\?/],
  ['run x.png -out o', /-out; did you mean --out\?/],
  ['run x.png --output o', /--output; did you mean --out\?/],
  ['run x.png --optimiser adam', /did you mean --optimizer\?/],
  ['run x.png --save-intermediates', /did you mean --save-intermediate\?/],
  ['run x.png --xyzzy', /unknown option --xyzzy; facewright run --help lists them all/],
  ['run x.png --no-steps', /unknown option --no-steps/],
  ['generate --seed 5', /did you mean --seeds\?/],
  ['generate -seed 5', /unknown option -seed; did you mean --seeds\?/],
  ['doctor --jsn', /did you mean --json\?/],
  ['rnu x.png', /^unknown command rnu; did you mean run\?$/],
  [
    'frobnicate',
    /unknown command frobnicate; the commands are run, align, emoji, work, serve, queue, pull, animate, generate, demo, show, gallery, report, weights, bench, tune, doctor/,
  ],
];
for (const [line, message] of refused) {
  unknown(line, () => assert.throws(() => rejectUnknownOptions(line.split(' ')), message));
}
unknown('known ones pass', () => {
  for (const line of [
    'run x.png --out o --eps -1 --steps=3 --no-tile -o o --help',
    'run -- --not-an-option',
    '--version',
    'generate --latents a b --out o',
  ]) {
    rejectUnknownOptions(line.split(' '));
  }
});
unknown.run();
