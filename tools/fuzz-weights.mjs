// Reads damaged weight files of every kind: each must be a network, or an error of one sentence that names the file.
//
//   npm run build && node tools/fuzz-weights.mjs [count, 100000 by default] [seed]
//
// A file whose answer is wrong is written to the folder for temporary files, and the script ends with 1.

import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fuzz } from '../dist-test/weights/mutate.js';

const count = Number(process.argv[2] ?? 100_000);
const seed = process.argv[3] ?? String(Date.now());
if (!Number.isSafeInteger(count) || count < 1) throw new Error('the count is a whole number from 1 on');

const start = performance.now();
const { read, refused, slowestMs, slowest } = fuzz(count, seed, (bytes) => {
  const path = join(tmpdir(), 'facewright-mutant.pt');
  writeFileSync(path, bytes);
  console.error(`the file is kept as ${path}`);
});
const seconds = (performance.now() - start) / 1000;
const peak = process.resourceUsage().maxRSS / 1024;
console.log(
  `seed ${seed}: ${count} files, ${read} read, ${refused} refused in a sentence; ${seconds.toFixed(0)} s, ` +
    `the slowest ${slowestMs.toFixed(0)} ms (${slowest}), peak memory ${peak.toFixed(0)} MB`,
);
