// What tools/gpu-check.sh runs: see there. The check itself is src/bench/gpu-check/.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'gpu-check' },
    adapter: { type: 'string', default: process.env.FACEWRIGHT_ADAPTER },
    seconds: { type: 'string', default: '230' },
    quick: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
if (!(seconds > 0)) throw new Error(`--seconds ${values.seconds}: must be a number above 0`);

const { checkGpu } = await import('../dist/bench/gpu-check/check.js');
const { checkPage } = await import('../dist/bench/gpu-check/page.js');

const out = resolve(values.out);
mkdirSync(out, { recursive: true });
const files = { json: join(out, 'gpu-check.json'), page: join(out, 'gpu-check.md') };

const check = await checkGpu({
  ...{ quick: values.quick, adapter: values.adapter, seconds, cache: join(out, 'cache') },
  onCommand: ({ name, limit }, ended) => {
    if (!ended) process.stderr.write(`${name} (at most ${limit} s) … `);
    else process.stderr.write(`${ended.status === 'done' ? `${ended.seconds.toFixed(1)} s` : ended.status}\n`);
  },
  // After every command: whatever ends this process, what was measured is there.
  onProgress: async (soFar) => {
    writeFileSync(files.json, `${JSON.stringify(soFar, null, 1)}\n`);
    writeFileSync(files.page, checkPage(soFar));
  },
});
const failed = check.commands.filter(({ status }) => status === 'failed' || status === 'timed out');
process.stderr.write(`${check.seconds.toFixed(0)} s; read ${files.page}, and send ${files.json} along\n`);
process.exitCode = failed.length > 0 ? 1 : 0;
