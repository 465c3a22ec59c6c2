// The guides' commands, run as they stand there. Those that look for faces in pictures or compile shaders take longer: guides.long.test.ts.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writePicture } from '../cli/command.js';
import { engineSuite, quickestEngine } from '../engines.js';
import { addGuide, commandsOf, guides } from './guide.js';
import { writeCheckpoint, writeDemoWeights } from './readers-files.js';

const test = engineSuite(quickestEngine, 'guides');

addGuide(test, {
  name: 'weights',
  prepare: async (folder) => {
    writeCheckpoint(folder);
    await writePicture(join(folder, 'face.jpg'), 32);
  },
  leaves: ['drawn/sheet.png', 'faces/face.png', 'ffhq.safetensors', 'again/face.png'],
});

addGuide(test, {
  name: 'gpu-machine',
  prepare: async (folder) => {
    writeDemoWeights(folder);
    await writePicture(join(folder, 'face.jpg'), 32);
  },
  leaves: ['faces/face.png'],
});

test.run();

/** What no test runs, by the first line of its block. */
const notRun: Readonly<Record<string, readonly string[]>> = {
  'every-emoji': ['npm install @svgmoji/noto openmoji', "facewright emoji 'face-*' 'person-*' --set noto --out faces"],
  'gpu-machine': [
    'sudo apt-get update',
    'sudo apt-get install -t bookworm-backports mesa-vulkan-drivers libvulkan1',
    'docker run --device /dev/dri -v "$PWD:/work" -w /work node:22-trixie sh -c \'',
    'docker run --runtime=nvidia --gpus all \\',
    'facewright tune',
    'tools/gpu-check.sh',
  ],
  'in-a-browser': ['npm run build:web'],
  'in-your-program': ['npm install ./facewright-0.1.0.tgz'],
  'many-machines': ["sbatch --array=1-8 --wrap 'facewright emoji --all --set noto --out faces --shard auto'"],
  weights: ['facewright weights fetch ada-ffhq'],
};

const known = suite('guides: what is left out');
for (const file of readdirSync(guides)) {
  const name = file.replace(/\.md$/, '');
  known(name, () => {
    const left = commandsOf(name).filter((block) => block.notRun !== undefined);
    assert.equal(
      left.map(({ code }) => code.split('\n')[0]),
      notRun[name] ?? [],
    );
  });
}
known.run();
