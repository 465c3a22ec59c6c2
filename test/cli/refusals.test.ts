// What the command refuses before it begins: one sentence, nothing written, exit code 2.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { describeFailure } from '../../dist/cli/shared/exit.js';
import { engineSuite, quickestEngine } from '../engines.js';
import { demoWeights, facewright, facewrightProcess, newFolder, writePicture } from './command.js';

const test = suite('cli: refusals');
const folder = newFolder();
test.before(async () => {
  await writePicture(join(folder, 'face.png'), 16);
  mkdirSync(join(folder, 'none'));
  writeFileSync(join(folder, 'notes.txt'), 'These are no weights.\n');
  const weights = readFileSync(demoWeights);
  writeFileSync(join(folder, 'cut.safetensors'), weights.subarray(0, weights.length / 2));
  writeFileSync(join(folder, 'empty.safetensors'), '');
});

process.on('exit', () => rmSync(folder, { recursive: true }));

const refused: [words: string, message: RegExp][] = [
  ['run face.png --out out --stpes 5', /^facewright: unknown option --stpes; did you mean --steps\?\n/],
  ['run face.png --out out --loss 100*L3', /no term L3.*L2, L1 and GEOCROSS/],
  ['run face.png --out out --steps 0', /--steps 0: must be a whole number, 1 or more/],
  ['run face.png --out out --eps -1', /--eps -1: must be a number that is 0 or more/],
  ['run face.png --out out --fit squeeze', /--fit squeeze: must be pad, crop, stretch or error/],
  ['run face.png --out out --background plaid', /background 'plaid': not a colour/],
  ['run face.png --out out --engine natve', /--engine natve: must be auto, webgpu or native/],
  ['run face.png --out out --engine native --adapter x', /--adapter is for the webgpu engine/],
  ['run face.png --out out --precision f64', /--precision f64: must be f32, bf16 or f16/],
  ['run face.png --out out --precision f16 --engine native', /--precision f16 is for the webgpu engine/],
  ['run face.png --out out --threads 0', /--threads 0: must be a whole number/],
  ['run face.png --out out --engine webgpu --threads 2', /--threads is for the native engine/],
  ['run face.png --out out --queue redis://host', /^facewright: --queue: what is enqueued twice.*add --seed/],
  [
    'run face.png --out out --queue host --seed 1',
    /--queue host: must be redis:\/\/HOST .* or postgres:\/\/HOST\/DATABASE/,
  ],
  [
    'run face.png --out out --queue redis://h --seed 1 --batch 2',
    /--batch is for the workers: give it to facewright work/,
  ],
  ['run face.png --out out --queue redis://h --seed 1 --force', /--force is for runs without a queue/],
  ['run face.png --out out --queue redis://h --seed 1 --no-tuned', /--no-tuned is for the workers/],
  ['run face.png --out out --detach', /--detach goes with --queue/],
  ['run face.png --out s3://bucket/run', /--out s3:\/\/bucket\/run: a bucket is for --queue/],
  ['run face.png --out out --shard auto --seed 1', /--shard auto: is for array jobs.*SLURM_ARRAY_TASK_ID/],
  ['work', /no queue: name its server, for example --queue redis:\/\/HOST, or set FACEWRIGHT_QUEUE/],
  ['work --queue mysql://host', /must be redis:\/\/HOST/],
  ['work --queue redis://host --metrics nine', /--metrics nine: must be PORT, or HOST:PORT/],
  ['serve face.png', /cannot make anything of face\.png/],
  ['serve --host 0.0.0.0', /host 0\.0\.0\.0: others reach this address; add a token/],
  ['serve --token abc', /the token has 3 characters/],
  ['serve --port 99999', /--port 99999: must be a whole number, from 0 to 65535/],
  ['serve --max-step 5', /unknown option --max-step; did you mean --max-steps\?/],
  ['queue', /what with queue\? status, failed, retry, cancel or drain/],
  ['pull faces', /name a bucket and a folder/],
  ['pull faces out', /faces: must be s3:\/\/BUCKET\/PREFIX/],
  ['run face.png --out out --batch 0', /--batch 0: must be a whole number/],
  ['run face.png --out out --seed 9007199254740992', /--seed 9007199254740992/],
  ['run face.png --out out --start face.png --restarts 2', /--start fixes where the search starts/],
  ['run face.png --out out --steps', /--steps needs a value/],
  ['run face.png --out out --steps=', /--steps needs a value/],
  ['run face.png', /no output folder: .*--out faces/],
  ['run --out out', /no pictures: name files or folders/],
  ['run missing.png --out out', /missing.png: no such file/],
  ['run none --out out', /none: no pictures in this folder/],
  ['run . --out .', /--out \.: is one of the inputs/],
  ['run face.png --out notes.txt', /--out notes.txt: is a file/],
  ['run face.png --out notes.txt/below', /--out notes.txt\/below: is a file, or lies below one/],
  ['run face.png --out /proc/none/out', /--out \/proc\/none\/out: cannot be made there/],
  ['run face.png --out out --model missing.pt', /missing.pt/],
  ['run face.png --out out --model notes.txt', /notes.txt/],
  ['run face.png --out out --model cut.safetensors', /cut.safetensors/],
  ['run face.png --out out --model empty.safetensors', /empty.safetensors/],
  ['run face.png --out out --model none', /none/],
  ['run -output_dir out', /input: no such file or folder/],
  ['generate --seeds 1', /no output folder/],
  ['generate --out out --seeds 9-7', /--seeds 9-7: the range 9-7 runs backwards/],
  ['show', /show what\? a face, for example/],
  ['generate --out out --seeds 1 --latents a.safetensors', /give one of them/],
  ['generate --out out --frames 3', /--frames needs --interpolate/],
  ['generate --out out --interpolate 1 2 --frames 1', /--frames 1: must be a whole number/],
  ['generate --out out --interpolate 1', /--interpolate needs two values/],
  ['generate --out out --interpolate 1 2 --interpolate 3 4', /--interpolate takes two faces/],
  ['generate --out out --latents', /--latents needs a value/],
  ['generate --out out --rng mt', /--rng mt: must be philox or numpy/],
  ['generate --out out --rng numpy --latents a.npz', /--rng is about what is drawn from seeds/],
  ['generate --out out --class -1', /--class -1: must be a whole number, 0 or more/],
  ['run face.png --out out --class 2', /demo-128: has no classes; leave out --class/],
  ['emoji 1f600 --set openmoji --out out --class 2', /demo-128: has no classes; leave out --class/],
  ['demo --out out --count 0', /--count 0: must be a whole number, from 1 to/],
  ['rnu face.png', /unknown command rnu; did you mean run\?/],
  ['report', /no folder: name the one that a run wrote to, for example facewright report faces/],
  ['report none none', /2 folders: name the one/],
  ['report missing', /missing: cannot be read \(ENOENT\); name the folder that a run wrote to/],
  ['report none', /none: no results in it; name a folder/],
  ['report none --otu x', /unknown option --otu; did you mean --out\?/],
  ['weights', /what with weights\? list, fetch, inspect or convert/],
  ['weights lst', /did you mean list\?/],
  ['bench', /what with bench\? step, /],
  ['bench stp', /did you mean step\?/],
  ['bench step --model 999', /--model 999: choose from demo, /],
  ['bench step --model none.pkl', /none.pkl/],
  ['bench step --model demo --kernels conv', /--kernels conv: choose from conv1x1, /],
  ['bench step --model demo --engine webgpu --isa avx2', /--isa and --convolutions are for the native engine/],
  ['bench kernels --model 999', /--model 999: choose from demo, /],
  ['bench kernels conv blur', /kernels conv blur: one filter at most; several names go into one as 'conv\|blur'/],
  ['bench kernels --json --csv', /--json and --csv: choose one of them/],
  ['bench kernels --batch 0', /--batch 0: must be a whole number/],
  ['bench step --trace t.json --engine native', /--trace is for the webgpu engine.*leave out --engine native/],
  ['bench step --trace t.json --threads 2', /leave out --threads/],
  ['bench step --trace t.json --model demo,256', /--model demo,256: --trace takes one model/],
  ['bench search --model 999', /999/],
  ['bench fit --latents 1', /--latents 1: must be a whole number, 2 or more/],
  ['bench search --count 0', /--count 0: must be a whole number, 1 or more/],
  ['bench compare', /0 reports: name the older one and the newer one/],
  ['bench compare notes.txt', /1 report: name the older one and the newer one, or one with --plot/],
  ['bench compare notes.txt --plot p.svg --fail 5%', /--fail needs two reports/],
  ['bench compare notes.txt missing.json', /(notes\.txt: is not JSON|missing\.json: cannot be read)/],
  ['bench compare notes.txt notes.txt --fail -5%', /--fail -5: must be a number of per cent/],
  ['bench compare notes.txt notes.txt --fail much', /--fail much: must be a number of per cent/],
  ['bench kernels --listing', /--listing is for --isa: name a family/],
  ['bench kernels --isa navi31 --csv', /--csv is not for --isa/],
  ['bench kernels --isa navi31 --try mine.wgsl', /--isa and --try: choose one/],
  ['bench kernels --against notes.txt', /--against is for --plot/],
  ['bench contract', /contract of what\? one of conv1x1, conv3x3, /],
  ['bench contract conv', /there is no kernel conv; did you mean conv1x1\?/],
  ['bench kernels --as blur', /--as, --set and --watch are for --try: name a file/],
  ['bench kernels --try mine.wgsl', /--try mine\.wgsl: say what it stands for, for example --as conv3x3/],
  ['bench kernels --try mine.wgsl --as blur --set ROWS', /--set ROWS: must be an override and a number/],
  ['bench kernels --try mine.wgsl --as blurr', /there is no kernel blurr; did you mean blur\?/],
  ['bench kernels --try mine.wgsl --as blur --watch --json', /--watch and --json: leave one of them out/],
  ['bench kernels --try mine.wgsl --as blur --csv', /--csv is not for --try/],
  ['tune --budget 60', /--budget 60: must be a time with its unit, for example 90s or 5m/],
  ['tune --explain conv3x3', /--explain conv3x3: must be conv1x1, .* for example conv3x3@64/],
  ['tune --explain conv3x3@64 --export x.json', /--explain and --export: one at a time/],
  ['tune --import x.json --model demo', /--model is not for --import/],
  ['tune --explain conv3x3@64 --budget 5s', /--budget is not for --explain/],
  ['tune --no-tuned', /--no-tuned is for --explain/],
  ['tune --model none.pkl', /none.pkl/],
  ['tune --tuned', /unknown option --tuned; did you mean --no-tuned\?/],
  ['weights list all', /cannot make anything of all/],
  ['weights fetch', /fetch what\?/],
  ['weights convert cut.safetensors empty.safetensors', /empty.safetensors: is there already; .*--force/],
  ['weights inspect', /inspect what\?/],
  ['weights convert cut.safetensors', /convert takes a file and a new name/],
  ['weights convert cut.safetensors out.pt', /out\.pt: must end in \.safetensors/],
  ['weights list --half', /unknown option --half; facewright weights list --help/],
  ['weights list --modle x', /unknown option --modle/],
  [
    'generate --out b --model ada-fhq',
    /ada-fhq: no such file or folder, and no name of the catalogue; did you mean ada-ffhq/,
  ],
  ['doctor now', /cannot make anything of now/],
];
for (const [words, message] of refused) test(words, () => isRefused(words, message));

// What can only be told once the generator is open.
const later = engineSuite(quickestEngine, 'cli: refusals of an open generator');
const refusedLater: [words: string, message: RegExp][] = [
  ['run face.png --out out --size 24', /size 24: .*choose one of 4, 8, 16, 32, 64/],
  ['run face.png --out out --size 128', /size 128: .*at most half/],
  ['run face.png --out out --bad-noise 17', /bad noise 17: demo-128 has 12 noise maps/],
  ['run face.png --out out --trainable-noise 13', /trainable noise 13: .*from 0 to 12/],
  ['run face.png --out out --start notes.txt', /notes.txt: a text file; latents are kept in .safetensors/],
  ['run face.png --out .', /face.png: is an input, which would be overwritten/],
  ['generate --out out --latents notes.txt', /notes.txt/],
  ['generate --out out --rng numpy --seeds 1,4294967296', /--seeds 4294967296: NumPy's seeds go from 0 to 4294967295/],
  ['generate --out out --rng numpy --interpolate 1 4294967296', /--interpolate 4294967296: NumPy's seeds go/],
];
for (const [words, message] of refusedLater) later(words, () => isRefused(words, message));

async function isRefused(line: string, message: RegExp): Promise<void> {
  const [command, ...words] = line.split(' ');
  const quiet = ['run', 'generate'].includes(command) ? ['--quiet'] : [];
  const { code, stderr } = await facewright(folder, [command, ...quiet, ...words]);
  assert.match(stderr, message);
  assert.match(stderr, /^facewright: [^\n]+\n$/);
  assert.is(code, 2);
  assert.equal(readdirSync(folder).sort(), ['cut.safetensors', 'empty.safetensors', 'face.png', 'none', 'notes.txt']);
}

test('a queue that does not answer may do so later: exit code 1', async () => {
  const { code, stderr } = await facewright(folder, ['queue', 'cancel', '--queue', 'redis://127.0.0.1:1']);
  assert.match(stderr, /^facewright: .*no queue can be had there \(ECONNREFUSED\)/);
  assert.is(code, 1);
});

test('from outside: exit code 2 and one sentence', async () => {
  for (const words of ['run face.png --out out --loss 100*L3', 'run face.png --out out --model cut.safetensors']) {
    const { code, stdout, stderr } = await facewrightProcess(folder, words.split(' '));
    assert.is(code, 2, stderr);
    assert.is(stdout, '');
    assert.match(stderr, /^facewright: [^\n]+\n$/);
  }
});

test('a defect says so, and shows its stack only when asked', () => {
  const defect = new TypeError('x is not a function');
  assert.match(describeFailure(defect, {}), /TypeError: x is not a function\n.*this is a defect.*FACEWRIGHT_DEBUG=1/);
  assert.not.match(describeFailure(defect, {}), /\n +at /);
  assert.match(describeFailure(defect, { FACEWRIGHT_DEBUG: '1' }), /\n +at /);
});

test('no words at all: the commands', async () => {
  const { code, stderr } = await facewright(folder, []);
  assert.is(code, 2);
  assert.match(stderr, /facewright run/);
});

for (const words of [
  '--help',
  'run --help',
  'generate -h',
  'demo --help',
  'report --help',
  'weights --help',
  'doctor --help',
]) {
  test(`${words}: fits 100 columns`, async () => {
    const { code, stdout } = await facewright(folder, words.split(' '));
    assert.is(code, 0);
    for (const line of stdout.split('\n')) assert.ok([...line].length <= 100, line);
  });
}

test('--version', async () => {
  const { code, stdout } = await facewright(folder, ['--version']);
  assert.is(code, 0);
  assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
});

test.run();
later.run();
