// What the tests of the page's state have in common.

import type { BackendInfo, ToldResult, ToldStep } from '../../dist-test/page/backend.js';
import type { Film } from '../../dist-test/page/state/film.js';
import { readSettings, usualSettings } from '../../dist-test/page/state/settings.js';
import type { Asked } from '../../dist-test/page/state/state.js';

export const info: BackendInfo = {
  generator: { name: 'demo', licence: 'CC0-1.0', resolution: 128, noiseSides: [4, 4, 8, 8, 16, 16], badNoise: [] },
  engine: { adapter: 'a GPU', software: false },
};

export const pixels = (side: number) => ({ width: side, height: side, data: new Uint8ClampedArray(4 * side * side) });

const reading = readSettings(usualSettings(info), info);
if (!('asked' in reading)) throw new Error(reading.complaint);

export const asked: Asked = { ...reading.asked, name: 'anna', target: pixels(16), generator: 'demo, 128 px' };

export const told = (step: number, L2: number, restart = 0): ToldStep => ({
  type: 'step',
  step,
  steps: 100,
  restart,
  losses: { L2, TOTAL: 100 * L2 + 0.2 },
  lr: 0.4,
  face: pixels(128),
});

export const found = (L2: number): ToldResult => ({
  type: 'result',
  face: pixels(128),
  met: L2 <= 0.002,
  losses: { L2, TOTAL: 100 * L2 + 0.2 },
  bestStep: 72,
  restart: 0,
  trace: [told(1, 0.3).losses, told(2, L2).losses],
  png: new Uint8Array(8),
});

export const film: Film = { frames: [], steps: 100, side: 128 };
