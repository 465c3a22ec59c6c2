// The cases that conformance.test.ts leaves out on webgpu.

import { openWebGpu } from '../../dist/node/dawn.js';
import { conformanceCases } from './conformance.js';
import { runFamily } from './families.js';
import { joinedCases } from './joined-cases.js';
import { sharedOut } from './share.js';

runFamily({
  name: 'conformance',
  open: (adapter) => openWebGpu({ adapter, tuned: false }),
  cases: sharedOut([...conformanceCases(), ...joinedCases()]).others,
});
