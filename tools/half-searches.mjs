// Searches for faces for 36 emoji in float32 and in half, from the same starts, and says where they end.
//
//   node tools/half-searches.mjs [--seeds 3] [--count 36] [--model FILE] [--eps 0.002] [--webgpu] [--adapter NAME]
//
// With --webgpu both run on that engine; on lavapipe that takes more than a minute a face. Without, float32 runs on the native engine, and
// half is played by it: op by op, as the webgpu engine would fuse and store them, every tensor that is stored in half rounded to the nearest
// half. That has the webgpu engine's roundings, and not its order of sums.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { meanOf } from '../dist/emoji/report/statistics.js';
import { selectEmoji } from '../dist/emoji/select.js';
import { drawEmoji } from '../dist/emoji/twemoji.js';
import { emojiTable } from '../dist/emoji/unicode.js';
import { webGpuProgram } from '../dist/engine/webgpu/program.js';
import { constantValues } from '../dist/graph/constant.js';
import { isolate } from '../dist/graph/fuse/program.js';
import { elements } from '../dist/graph/graph.js';
import { hostTensor } from '../dist/graph/host-tensor.js';
import { makeTarget } from '../dist/image/target.js';
import { openEngine } from '../dist/node/engines.js';
import { openGenerator } from '../dist/open.js';
import { defaultSearchOptions } from '../dist/pulse/options.js';
import { search } from '../dist/pulse/search.js';
import { randomStart } from '../dist/pulse/start.js';

/** 28 people and 8 faces in Twemoji. */
const WORDS = ['subgroup:person', 'face-negative'];
const BACKGROUND = '#b0becd';
const BATCH = 12;

const { values: given } = parseArgs({
  options: {
    seeds: { type: 'string', default: '3' },
    count: { type: 'string', default: '36' },
    model: { type: 'string' },
    eps: { type: 'string' },
    webgpu: { type: 'boolean', default: false },
    adapter: { type: 'string' },
  },
});

/** The nearest half of each number, in place. 8193 = 2¹³ + 1 leaves 11 of 24 digits (Dekker 1971); below 2⁻¹⁴ halves are 2⁻²⁴ apart. */
function roundToHalf(values) {
  const { fround, abs } = Math;
  for (let i = 0; i < values.length; i++) {
    const x = values[i];
    const size = abs(x);
    if (size >= 65520) values[i] = x > 0 ? Infinity : -Infinity;
    else if (size < 2 ** -14) values[i] = fround(fround(x + 0.75) - 0.75);
    else {
      const c = fround(x * 8193);
      values[i] = fround(c - fround(c - x));
    }
  }
  return values;
}

/** Results of a leaky ReLU stay positive where they are. */
function keepPositive(values) {
  for (let i = 0; i < values.length; i++) if (values[i] > 0) values[i] = Math.max(values[i], 2 ** -14);
  return values;
}

/** A program of the webgpu engine, run op by op on another. */
class RoundedExecutable {
  bytes = 0;
  #values = new Map();
  #turn = Promise.resolve();

  static async create(native, work, constants) {
    const made = new RoundedExecutable();
    const { graph, ops } = webGpuProgram(work, 'f16');
    made.graph = graph;
    for (const tensor of graph.tensors) {
      if (tensor.kind === 'input' || tensor.kind === 'state')
        made.#values.set(tensor, new Float32Array(elements(tensor.shape)));
    }
    const given = new Map(
      graph.tensors
        .filter(({ kind }) => kind === 'constant')
        .map(({ name, dtype, shape }) => {
          const constant = constants.get(name);
          if (dtype === 'f32') return [name, constant];
          return [name, hostTensor(shape, roundToHalf(Float32Array.from(constantValues(constant))))];
        }),
    );
    made.ops = [];
    for (const op of ops) {
      const executable = await native.compile(isolate(op, graph.batch), given);
      const inputs = [...new Set(op.inputs.filter((tensor) => tensor && tensor.kind !== 'constant'))];
      const activated = op.op === 'fused' && ['styled', 'activated'].includes(op.write.form);
      made.ops.push({ executable, inputs, outputs: [...op.outputs, ...op.writes], activated });
    }
    return made;
  }

  write(name, data) {
    const values = Float32Array.from(data);
    this.#next(async () => this.#values.set(this.graph.find(name), values));
  }

  run(scalars = {}) {
    this.#next(async () => {
      for (const { executable, inputs, outputs, activated } of this.ops) {
        for (const tensor of inputs) executable.write(tensor.name, this.#values.get(tensor));
        executable.run(scalars);
        const found = await executable.read(outputs.map(({ name }) => name));
        for (const tensor of outputs) {
          const values = found[tensor.name];
          if (tensor.dtype === 'f16') roundToHalf(activated ? keepPositive(values) : values);
          this.#values.set(tensor, values);
        }
      }
    });
  }

  read(names) {
    return this.#next(async () =>
      Object.fromEntries(
        names.map((name) => {
          const tensor = this.graph.outputs.get(name) ?? this.graph.find(name);
          return [name, Float32Array.from(this.#values.get(tensor))];
        }),
      ),
    );
  }

  cancel() {}

  close() {
    for (const { executable } of this.ops) executable.close();
  }

  #next(action) {
    // Once something has failed, all that comes behind fails for the same reason.
    this.#turn = this.#turn.then(action);
    this.#turn.catch(() => undefined);
    return this.#turn;
  }
}

/** An engine that keeps what the webgpu engine keeps in half, and computes on the native one. */
async function roundingEngine() {
  const native = await openEngine({ engine: 'native' });
  return {
    info: { ...native.info, precision: 'f16' },
    compile: (work, constants) => RoundedExecutable.create(native, work, constants),
    close: () => native.close(),
  };
}

function engineOf(precision) {
  if (given.webgpu) return openEngine({ engine: 'webgpu', adapter: given.adapter, precision });
  return precision === 'f32' ? openEngine({ engine: 'native' }) : roundingEngine();
}

/** The targets, drawn, [emoji][seed]. */
async function drawTargets(size) {
  const folder = mkdtempSync(join(tmpdir(), 'facewright-half-'));
  try {
    const chosen = selectEmoji(await emojiTable(), WORDS, { tones: ['none'], seed: 1 }).slice(0, Number(given.count));
    const targets = [];
    for (const { codePoints, name } of chosen) {
      const { data, width, height } = await drawEmoji(codePoints, 1024, BACKGROUND);
      const path = join(folder, 'emoji.png');
      await sharp(data, { raw: { width, height, channels: 3 } })
        .png()
        .toFile(path);
      targets.push({ name, rgb: (await makeTarget(path, { size, fit: 'pad', background: BACKGROUND })).rgb });
    }
    return targets;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Where searches end: L2 by emoji and seed. */
async function searches(precision) {
  const engine = await engineOf(precision);
  const generator = await openGenerator({ model: given.model, engine });
  const { info } = generator;
  const usual = defaultSearchOptions(info);
  const options = { ...usual, eps: given.eps === undefined ? usual.eps : Number(given.eps) };
  const size = info.resolution < 256 ? 16 : 32;
  const jobs = [];
  for (const { name, rgb } of await drawTargets(size)) {
    for (let seed = 1; seed <= Number(given.seeds); seed++) {
      const start = await randomStart(info, options, { seed, target: rgb, duplicate: 1, restart: 0 });
      jobs.push({ name, target: { rgb, size, start } });
    }
  }
  const found = [];
  for (let at = 0; at < jobs.length; at += BATCH) {
    const part = jobs.slice(at, at + BATCH);
    const results = await search(
      generator,
      part.map(({ target }) => target),
      options,
    ).results;
    found.push(...results.map(({ losses }, i) => ({ name: part[i].name, l2: losses.L2 })));
    process.stderr.write(`\r${precision}: ${found.length} of ${jobs.length} `);
  }
  process.stderr.write('\n');
  generator.close();
  engine.close();
  const played = precision === 'f16' && !given.webgpu ? ', rounding as webgpu would' : '';
  return { engine: `${engine.info.kind}, ${engine.info.adapter}${played}`, found };
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Of searches of one emoji as of one cluster: they share their luck. */
const meanL2 = (found) => meanOf(found.map(({ name, l2 }) => ({ cluster: name, value: l2 })));

function line(precision, { engine, found }) {
  const l2 = found.map((one) => one.l2);
  const figures = `mean L2 ${meanL2(found).value.toFixed(6)}, median ${median(l2).toFixed(6)}, largest ${Math.max(...l2).toFixed(5)}`;
  return `${precision}: ${figures} (${engine})`;
}

const whole = await searches('f32');
const half = await searches('f16');
const difference = meanL2(whole.found.map(({ name, l2 }, i) => ({ name, l2: half.found[i].l2 - l2 })));
const percent = (value) => `${((100 * value) / meanL2(whole.found).value).toFixed(2)} %`;
console.log(`${whole.found.length} searches`);
console.log(line('f32', whole));
console.log(line('f16', half));
console.log(
  `f16 ends ${percent(difference.value)} higher (95 % from ${percent(difference.low)} to ${percent(difference.high)}), of pairs from one start`,
);
