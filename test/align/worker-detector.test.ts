import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openFaceDetector } from '../../dist/align/worker-detector.js';
import { readImage8 } from '../../dist/image/read.js';
import { goldenTest } from '../goldens.js';

const test = suite('align/worker-detector');
const white = { background: 'white' };

goldenTest(test, 'many at once, while the event loop is free', ['photos/astronaut.png'], async (path) => {
  const detector = openFaceDetector({ workers: 2 });
  const picture = await readImage8(path, white);
  const copy = Uint8Array.from(picture.data);
  let turns = 0;
  const timer = setInterval(() => turns++, 5);
  try {
    const found = await Promise.all(Array.from({ length: 4 }, () => detector.detect(picture, { maxFaces: 1 })));
    for (const { faces } of found) assert.equal(faces, found[0].faces);
    assert.is(found[0].faces.length, 1);
    assert.is(Buffer.compare(picture.data, copy), 0);
  } finally {
    clearInterval(timer);
    await detector.close();
  }
  assert.ok(turns > 20, `${turns} turns`);
});

const rejects = async (promise: Promise<unknown>, why: RegExp) => {
  const error = await promise.then(
    () => assert.unreachable('it was done'),
    (reason: unknown) => reason,
  );
  assert.match(`${error}`, why);
};

test('closed before it is done, and after', async () => {
  const detector = openFaceDetector();
  const picture = { width: 40, height: 30, data: new Uint8Array(3600) };
  const running = rejects(detector.detect(picture), /FacewrightError: the face detector was closed/);
  await detector.close();
  await running;
  await rejects(detector.detect(picture), /FacewrightError: this face detector was closed/);
  await detector.close();
});

test('refuses what is no picture', async () => {
  const detector = openFaceDetector();
  await rejects(
    detector.detect({ width: 4, height: 4, data: new Uint8Array(5) }),
    /detect needs \[4, 4, 3\], got 5 bytes/,
  );
  await detector.close();
});

test.run();
