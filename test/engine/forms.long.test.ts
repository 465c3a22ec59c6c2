/** Each kernel in Winograd's form and on subgroup matrices; winograd.sweep.test.ts and matrices.sweep.test.ts have all shapes and tilings. */

import { openWebGpu } from '../../dist/node/dawn.js';
import { runFamily } from './families.js';
import { fewMatrixCases, openEmulated } from './matrices.js';
import { largestWinograd, winogradCases } from './winograd.js';

runFamily({
  name: "Winograd's form",
  open: (adapter) => openWebGpu({ adapter, measured: largestWinograd }),
  cases: winogradCases().filter(({ name }) => /^conv(_up)?( adjoint)? (3×3 )?(13 → 17|17 → 13)/.test(name)),
});

runFamily({
  name: 'emulated subgroup matrices',
  open: (adapter) => openEmulated(adapter, 7),
  cases: fewMatrixCases(),
});
