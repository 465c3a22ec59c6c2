// Targets of whatever somebody sends, in a process of its own.

import sharp from 'sharp';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TargetMaker } from '../../dist/serve/target-maker.js';

const test = suite('serve: targets');
const options = { size: 4, fit: 'pad', background: 'white' } as const;
const { signal } = new AbortController();

function picture(side: number): Promise<Buffer> {
  return sharp({ create: { width: side, height: side, channels: 3, background: '#c98' } })
    .png()
    .toBuffer();
}

/** A drawing that takes minutes. */
const endless = Buffer.from(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 1000"><filter id="f"><feTurbulence baseFrequency=".1" numOctaves="9"/></filter>${'<rect width="1000" height="1000" filter="url(#f)"/>'.repeat(200)}</svg>`,
);

test('one that takes too long is given up, and the next one is made', async () => {
  const maker = new TargetMaker(10_000, 1500);
  const given = await maker.make(endless, 'endless.svg', options, signal).catch((error: Error) => error.message);
  assert.is(given, 'endless.svg: takes longer than 1.5 s to decode; send it smaller, or as PNG or JPEG');
  const patient = new TargetMaker(10_000);
  const { rgb } = await patient.make(await picture(8), 'a.png', options, signal);
  assert.equal([...rgb.slice(0, 3)], [0xcc, 0x99, 0x88]);
  maker.close();
  patient.close();
});

test('after one that failed, and after its process ended, others are made', async () => {
  const maker = new TargetMaker(10_000);
  const failed = await maker.make(Buffer.from('no picture'), 'a.png', options, signal).catch((error: Error) => error);
  assert.is((failed as Error).name, 'FacewrightError');
  maker.close();
  assert.is((await maker.make(await picture(8), 'b.png', options, signal)).size, 4);
  maker.close();
});

test('what nobody waits for any more is not decoded', async () => {
  const maker = new TargetMaker(10_000);
  const gone = new AbortController();
  gone.abort();
  const message = await maker
    .make(await picture(8), 'a.png', options, gone.signal)
    .catch((error: Error) => error.message);
  assert.is(message, 'a.png: nobody waits for it any more');
  maker.close();
});

test.run();
