// The guides' commands that take longer: faces are looked for in pictures, shaders compiled.

import { engineSuite, quickestEngine } from '../engines.js';
import { adapterSuite } from '../skip.js';
import { addGuide } from './guide.js';
import { writeDrawing, writePhotos, writeSmallPhotos } from './readers-files.js';

const test = engineSuite(quickestEngine, 'guides');

addGuide(test, {
  name: 'my-photos',
  prepare: async (folder) => writePhotos(folder),
  leaves: [
    'crops/astronaut.overlay.png',
    'faces/astronaut_0.png',
    'faces/astronaut_0.target.png',
    'faces/gallery/index.html',
    'nearer/astronaut_0.png',
    'several/astronaut_0_2.png',
  ],
});

addGuide(test, {
  name: 'every-emoji',
  prepare: async (folder) => writeDrawing(folder),
  leaves: [
    'faces/16/noto/vampire.png',
    'faces/gallery/index.html',
    'faces/report/report.md',
    'cooks/16/openmoji/woman-cook-dark-skin-tone.png',
    'mine/16/mine/vampire.png',
  ],
});

addGuide(test, {
  name: 'many-machines',
  prepare: writeSmallPhotos,
  leaves: ['faces/16/noto/vampire.png', 'more/1.png', 'more/2.png', 'more/3.png', 'faces/report/report.md'],
});

test.run();

const kernels = adapterSuite('guides');

addGuide(kernels, { name: 'write-a-kernel', prepare: async () => undefined, leaves: ['mine.wgsl'] });

kernels.run();
