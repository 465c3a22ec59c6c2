/** An engine looks at subgroup matrices before it uses them; here what plays them are loops that are right, and loops that are wrong. */

import * as assert from 'uvu/assert';
import { createWebGpuEngine } from '../../dist/engine/webgpu/engine.js';
import { openGpu } from '../../dist/node/dawn.js';
import { readShaders } from '../../dist/node/paths.js';
import { engineSuite, engines } from '../engines.js';

/** What an engine says that takes `library` for one of true subgroup matrices. */
async function saidOf(library: string, adapter: string | undefined): Promise<string[]> {
  const said: string[] = [];
  const { device } = await openGpu({ adapter, precision: 'f16' });
  const engine = await createWebGpuEngine(device, {
    shaders: { ...(await readShaders()), 'lib/matrix': library },
    precision: 'f16',
    matrices: { lanes: 32, emulated: false },
    onMessage: (text) => said.push(text),
  });
  engine.close();
  return said;
}

for (const one of engines.filter(({ name }) => name === 'webgpu')) {
  const test = engineSuite(one, 'a look at subgroup matrices');
  const { adapter } = one.request;

  test('those that multiply as they should are used, and nothing is said', async () => {
    const { 'lib/matrix-emulated': loops } = await readShaders();
    assert.equal(await saidOf(loops, adapter), []);
  });

  test('those that do not are left out, and that is said', async () => {
    const { 'lib/matrix-emulated': loops } = await readShaders();
    const transposed = loops.replace('return at;', 'return at + 1u;');
    assert.is.not(transposed, loops);
    const [said] = await saidOf(transposed, adapter);
    assert.match(
      said,
      /does not multiply subgroup matrices as it should, and does without \(conv3x3_matrix: value \d+ is/,
    );
  });

  test.run();
}
