import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type BenchModel, shapedModel } from '../../../dist/bench/search-step.js';
import { summarise, summaryText } from '../../../dist/bench/trace/summary.js';
import { type TraceFile, traceFile } from '../../../dist/bench/trace/trace-events.js';
import { type StepTrace, traceStep } from '../../../dist/bench/trace/trace-step.js';
import { openWebGpu } from '../../../dist/node/dawn.js';
import { adapterSuite } from '../../skip.js';

const tiny: BenchModel = shapedModel({
  name: 'tiny',
  kind: 'stylegan1',
  resolution: 16,
  fmapBase: 64,
  fmapMax: 12,
  targetSize: 4,
});

/** Holds a file against what "Trace Event Format" asks for, and what Perfetto wants of complete events. */
function checkFile(file: TraceFile): void {
  // As the viewer reads it.
  const { traceEvents } = JSON.parse(JSON.stringify(file)) as TraceFile;
  const named = new Set(traceEvents.flatMap((event) => (event.name === 'thread_name' ? [event.tid] : [])));
  assert.is(traceEvents.filter(({ name }) => name === 'process_name').length, 1);
  let last = 0;
  const open = new Map<number, number[]>();
  for (const event of traceEvents) {
    assert.ok(Number.isInteger(event.pid) && Number.isInteger(event.tid));
    if (event.ph === 'M') {
      assert.ok(['process_name', 'thread_name', 'thread_sort_index'].includes(event.name));
      continue;
    }
    assert.is(event.ph, 'X');
    assert.ok(event.name.length > 0 && named.has(event.tid), `${event.name} is on a track without a name`);
    assert.ok(event.ts >= last, `${event.name} comes after what begins later`);
    assert.ok(event.dur >= 0);
    last = event.ts;
    // Slices of a track lie beside or within each other, to a nanosecond.
    const around = open.get(event.tid) ?? [];
    while (around.length > 0 && around.at(-1)! <= event.ts + 0.0011) around.pop();
    const outer = around.at(-1);
    assert.ok(outer === undefined || event.ts + event.dur <= outer + 0.0011, `${event.name} overlaps`);
    open.set(event.tid, [...around, event.ts + event.dur]);
  }
}

const synthetic = suite('bench/trace');

const kernel = (name: string, start: number, seconds: number, flop = 0) => ({
  kernel: name,
  op: `${name} [1, 1, 1, 1]`,
  start,
  seconds,
  flop,
  bytes: 2e6,
  workgroups: 3,
});
const made: StepTrace = {
  engine: { kind: 'webgpu', adapter: 'GPU', driver: 'driver', software: false, precision: 'f32' },
  model: 'made up',
  batch: 1,
  plain: [
    {
      begin: 1000,
      end: 1010,
      spans: [
        { name: 'encode', begin: 1000, end: 1001 },
        { name: 'submit', begin: 1001, end: 1001.5 },
        { name: 'wait', begin: 1002, end: 1009 },
      ],
    },
  ],
  profiled: {
    begin: 1020,
    end: 1040,
    spans: [
      { name: 'encode', begin: 1020, end: 1024 },
      { name: 'submit', begin: 1024, end: 1025 },
      { name: 'wait', begin: 1026, end: 1039 },
    ],
    // c begins before b has ended.
    kernels: [kernel('a', 0, 1e-3, 5e6), kernel('b', 2e-3, 4e-3), kernel('c', 5e-3, 3e-3)],
  },
};
const slicesOf = (trace: StepTrace) =>
  traceFile(trace).traceEvents.flatMap((event) => (event.ph === 'X' ? [event] : []));

synthetic('kernels lie behind their submit, and beside each other where they overlap', () => {
  checkFile(traceFile(made));
  const of = (name: string) => slicesOf(made).find((slice) => slice.name === name)!;
  // Microseconds from the first step's beginning: the submit ended at 25 ms.
  assert.equal([of('a').ts, of('b').ts, of('c').ts], [25_000, 27_000, 30_000]);
  assert.equal([of('a').dur, of('c').dur], [1000, 3000]);
  assert.equal([of('a').tid, of('b').tid, of('c').tid], [2, 2, 3]);
  assert.equal(of('a').args, { shape: 'a [1, 1, 1, 1]', workgroups: 3, GFLOP: 0.005, MB: 2, 'GFLOP/s': 5, 'GB/s': 2 });
  assert.not('GFLOP' in of('b').args);
  assert.is(of('step 1').ts, 0);
  assert.is(of('profiled step').dur, 20_000);
});

synthetic('kernels that would end after the wait began during the submit', () => {
  const late = { ...made, profiled: { ...made.profiled, kernels: [kernel('long', 0, 14.5e-3)] } };
  const slice = slicesOf(late).find(({ cat }) => cat === 'kernel')!;
  assert.is(slice.ts + slice.dur, 39_000);
  // And never before it, whatever the clocks say.
  const endless = { ...made, profiled: { ...made.profiled, kernels: [kernel('endless', 0, 1)] } };
  assert.is(slicesOf(endless).find(({ cat }) => cat === 'kernel')!.ts, 24_000);
});

synthetic('the sum of kernels and their span differ by gaps and by what runs at once', () => {
  const { launches, kernels, span, gaps, longest, encode, wait, step } = summarise(made);
  const ms = (seconds: number) => Number((1000 * seconds).toFixed(6));
  assert.equal([launches, ms(kernels), ms(span), ms(gaps)], [3, 8, 8, 1]);
  assert.equal([ms(longest!.seconds), longest!.before.kernel], [1, 'b']);
  assert.equal([ms(encode), ms(wait), ms(step)], [1, 7, 10]);
  assert.match(
    summaryText(made, summarise(made)),
    /3 kernels, 8\.00 ms in all; 8\.00 ms from .* 1\.00 ms \(12\.5 %\) are gaps/,
  );
});

synthetic('the native engine is refused, as it does not know when a kernel begins', async () => {
  let closed = false;
  const native = {
    info: { ...made.engine, kind: 'native' as const },
    compile: () => assert.unreachable() as never,
    close: () => {
      closed = true;
    },
  };
  await traceStep(async () => native, tiny).then(
    () => assert.unreachable(),
    (error: Error) => assert.match(error.message, /a trace needs the webgpu engine.*--engine webgpu/),
  );
  assert.ok(closed);
});

synthetic.run();

const real = adapterSuite('bench/trace on an adapter');

real('a step is followed', async () => {
  const trace = await traceStep(
    (watch) => openWebGpu({ adapter: process.env.FACEWRIGHT_ADAPTER, watch, exactClock: true }),
    tiny,
    { batch: 2, steps: 3 },
  );
  const file = traceFile(trace);
  checkFile(file);
  assert.is(trace.plain.length, 3);
  for (const { begin, end, spans } of [...trace.plain, trace.profiled]) {
    assert.equal(
      spans.map(({ name }) => name),
      ['encode', 'submit', 'wait'],
    );
    assert.ok(spans.every((span) => span.begin >= begin && span.end <= end && span.end >= span.begin));
  }
  const { kernels } = trace.profiled;
  assert.ok(kernels.length > 25);
  assert.is(kernels[0].start, 0);
  const summary = summarise(trace);
  // One after another on a software adapter; on others some may overlap.
  assert.ok(summary.span <= (trace.profiled.end - trace.profiled.begin) / 1000, 'no longer than the processor waited');
  assert.ok(summary.kernels > 0 && Math.abs(summary.span - summary.gaps - summary.kernels) < 0.5 * summary.span);
  assert.is(file.traceEvents.filter((event) => event.ph === 'X' && event.cat === 'kernel').length, kernels.length);
});

real.run();
