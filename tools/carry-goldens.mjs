// Copies into test/goldens/ what the tests need of the full set of golden values, which lies beside the repository:
//
//   node tools/carry-goldens.mjs ../shared/goldens
//
// The copies are exact but leave tensors out that no test reads, so that they stay below 12 MB.

import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MOST_BYTES = 12e6;

const from = process.argv[2];
if (from === undefined) {
  console.error('carry-goldens: say where the full set is: node tools/carry-goldens.mjs ../shared/goldens');
  process.exit(2);
}
const to = fileURLToPath(new URL('../test/goldens/stylegan1', import.meta.url));

// mapping.pt is 8 MB, and the legacy container holds what synthesis.pt does.
const whole = ['bicubic.safetensors', 'gaussian_fit.pt', 'geocross.safetensors', 'mapping.safetensors'];
whole.push('searches.json', 'synthesis.pt');

rmSync(to, { recursive: true, force: true });
mkdirSync(to, { recursive: true });
for (const name of whole) cpSync(join(from, 'stylegan1', name), join(to, name));

// Where a tensor is there in float64 too, tests compare with that.
prune('synthesis.io.safetensors', (name, names) => names.has(`${name}_f64`));

// The image at the end of a search is chaos for Adam, and for SGD it says no more than the latent it is made from. Noise
// map 11 is bad in all of them: zero, whatever the file says.
for (const name of readdirSync(join(from, 'stylegan1')).filter((file) => /^search\..*\.safetensors$/.test(file))) {
  prune(name, (tensor) => tensor === 'final_image_before_last_step' || tensor === 'noise11');
}

// Faces: the crops, the emoji that were looked through, what dlib saw, and the photo of which that is known.
for (const folder of ['align', 'landmarks', 'photos']) {
  const copy = fileURLToPath(new URL(`../test/goldens/${folder}`, import.meta.url));
  rmSync(copy, { recursive: true, force: true });
  cpSync(join(from, folder), copy, { recursive: true });
  for (const name of readdirSync(copy)) chmodSync(join(copy, name), 0o644);
  chmodSync(copy, 0o755);
}

// The z of other people's seeds; the networks beside it are too large to carry.
const formats = fileURLToPath(new URL('../test/goldens/formats', import.meta.url));
mkdirSync(formats, { recursive: true });
writeFileSync(join(formats, 'numpy-seeds.json'), readFileSync(join(from, 'formats', 'numpy-seeds.json')));

const bytes = readdirSync(to).reduce((sum, name) => sum + statSync(join(to, name)).size, 0);
console.log(`${readdirSync(to).length} files, ${(bytes / 1e6).toFixed(1)} MB`);
if (bytes > MOST_BYTES) {
  console.error(`carry-goldens: more than the ${MOST_BYTES / 1e6} MB that the project carries; leave something out`);
  process.exit(1);
}

/** Writes a safetensors file without the tensors for which `leave` is true; the others keep order and bytes. */
function prune(file, leave) {
  const source = readFileSync(join(from, 'stylegan1', file));
  const start = 8 + Number(source.readBigUInt64LE(0));
  const { __metadata__, ...tensors } = JSON.parse(source.subarray(8, start).toString('utf8'));
  const names = new Set(Object.keys(tensors));
  const kept = Object.entries(tensors)
    .filter(([name]) => !leave(name, names))
    .sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0]);
  const header = __metadata__ === undefined ? {} : { __metadata__ };
  const parts = [];
  let offset = 0;
  for (const [name, { dtype, shape, data_offsets }] of kept) {
    const data = source.subarray(start + data_offsets[0], start + data_offsets[1]);
    header[name] = { dtype, shape, data_offsets: [offset, offset + data.length] };
    parts.push(data);
    offset += data.length;
  }
  let json = JSON.stringify(header);
  json += ' '.repeat((8 - (Buffer.byteLength(json) % 8)) % 8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(json)));
  writeFileSync(join(to, file), Buffer.concat([length, Buffer.from(json), ...parts]));
}
