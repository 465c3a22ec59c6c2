// A generator on an engine that its caller made.

import * as assert from 'uvu/assert';
import { openGenerator } from '../dist/open.js';
import { normals } from '../dist/pulse/random.js';
import { engineSuite, openTestEngine, quickestEngine } from './engines.js';

const test = engineSuite(quickestEngine, 'an engine of your own');

test('serves two generators, one after the other, and is closed by its owner', async () => {
  const engine = await openTestEngine(quickestEngine);
  const faces: Float32Array[] = [];
  for (let i = 0; i < 2; i++) {
    const generator = await openGenerator({ engine });
    assert.is(generator.engine, engine);
    faces.push(...(await generator.generate({ z: normals(1, [], generator.info.latentSize) })));
    generator.close();
    await generator.map(normals(1, [], generator.info.latentSize)).then(
      () => assert.unreachable('a closed generator works on'),
      (error) => assert.match(error.message, /closed/),
    );
  }
  assert.equal(faces[0], faces[1]);
  engine.close();
  const late = await openGenerator({ engine });
  await late.generate({ z: normals(1, [], late.info.latentSize) }).then(
    () => assert.unreachable('a closed engine works on'),
    (error) => assert.match(error.message, /closed|destroyed|lost/),
  );
});

test.run();
