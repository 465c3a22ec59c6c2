import sharp from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodePng, toRgb8 } from '../../dist/image/write.js';
import { noisy } from './help.js';

test('PNG keeps every bit', async () => {
  const data = new Uint8Array(await noisy(9).raw().toBuffer());
  const png = await encodePng({ data, width: 9, height: 9 });
  const back = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  assert.equal([back.info.width, back.info.height, back.info.channels], [9, 9, 3]);
  assert.equal(new Uint8Array(back.data), data);
});

test('PNG says in XMP that a trained model made it, and with what', async () => {
  const png = await encodePng(
    { data: new Uint8Array(12), width: 2, height: 2 },
    { creatorTool: 'facewright <0.1> & co' },
  );
  const metadata = await sharp(png).metadata();
  const xmp = metadata.xmpAsString ?? metadata.xmp!.toString();
  assert.match(xmp, 'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"');
  assert.match(
    xmp,
    '<Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia</Iptc4xmpExt:DigitalSourceType>',
  );
  assert.match(xmp, '<xmp:CreatorTool>facewright &lt;0.1&gt; &amp; co</xmp:CreatorTool>');
  assert.match(
    (await sharp(await encodePng({ data: new Uint8Array(3), width: 1, height: 1 })).metadata()).xmp!.toString(),
    '>facewright<',
  );
});

test('planar to 8 bits: clamped, rounded, interleaved', () => {
  const planar = Float32Array.from([0, 0.5, 1, 1.5, -0.5, 0.25]);
  assert.equal([...toRgb8(planar, 2, 1)], [0, 255, 0, 128, 255, 64]);
  assert.throws(() => toRgb8(planar, 2, 2), RangeError);
});

test.run();
