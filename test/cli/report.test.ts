import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { doctorReport } from '../../dist/cli/doctor.js';
import { Progress } from '../../dist/cli/progress.js';
import { duration, loss, shorten, table } from '../../dist/cli/table.js';

const tables = suite('cli/table');

tables('columns are as wide as they must be, numbers stand at the right', () => {
  const text = table(
    [{ title: 'name' }, { title: 'L2', right: true }, { title: '' }],
    [
      ['a', '1.5', 'x'],
      ['longer', '10.25', ''],
    ],
  );
  assert.is(text, ['name       L2', 'a         1.5  x', 'longer  10.25'].join('\n'));
});

tables('a long cell loses its middle', () => {
  assert.is(shorten('a/very/long/path/face.png', 11), 'a/ver…e.png');
  assert.is([...shorten('a/very/long/path/face.png', 10)].length, 10);
  assert.is(shorten('short', 5), 'short');
  assert.is(table([{ title: 'x', most: 3 }], [['abcdef']]), 'x\na…f');
});

tables('durations and losses', () => {
  assert.equal([0, 0.84, 9.94, 9.96, 59.4, 59.6, 185, 3600, 7805].map(duration), [
    '0.0 s',
    '0.8 s',
    '9.9 s',
    '10 s',
    '59 s',
    '1 min 00 s',
    '3 min 05 s',
    '1 h 00 min',
    '2 h 10 min',
  ]);
  assert.equal([0, 1.2e-7, 0.00212, 0.4, 12.3456].map(loss), ['0.00000', '1.2e-7', '0.00212', '0.40000', '12.35']);
});
tables.run();

const progress = suite('cli/progress');

progress('without a terminal: no more than a line now and then', () => {
  let written = '';
  const bar = new Progress(1000, {
    write: (text) => {
      written += text;
    },
  });
  for (let done = 0; done <= 1000; done++) bar.update({ done, count: '1 of 2 done', L2: 0.5 });
  bar.aside(() => {});
  bar.end();
  assert.is(written, '');
});
progress.run();

const doctor = suite('cli/doctor');
const adapter = {
  vendor: 'v',
  architecture: '',
  device: 'd',
  description: 'A very good GPU',
  driver: 'x 1.2',
  backend: 'vulkan',
  software: false,
  usable: true,
  features: ['subgroups'],
  limits: { maxBufferSize: 2 ** 32 - 1, maxComputeWorkgroupStorageSize: 32768, maxComputeInvocationsPerWorkgroup: 256 },
};

const noAddon = { usable: false, why: 'not built' };
const addon = { usable: true, processor: 'A processor', processors: 8, isas: ['avx2', 'baseline'] };

doctor('says what matters, and which adapter would be used', () => {
  const adapters = [{ ...adapter, usable: false, why: 'too old' }, adapter];
  const report = doctorReport({ adapters, chosen: 1, native: noAddon, engine: 'webgpu' });
  assert.match(report, /^ {2}A very good GPU\n {4}usable {4}no: too old\n/);
  assert.match(report, /^\* A very good GPU\n {4}usable {4}yes\n {4}kind {6}GPU, through vulkan\n/m);
  assert.match(report, /limits {4}buffers 4 GiB, workgroup memory 32 KiB, 256 invocations/);
  assert.not.match(report, /no GPU/);
  assert.match(report, /no: not built/);
  const software = { adapters: [{ ...adapter, software: true }], chosen: 0 };
  assert.match(doctorReport({ ...software, native: noAddon, engine: 'webgpu' }), /It is no GPU/);
});

doctor('tells the native engine with its threads and instruction sets', () => {
  const report = doctorReport({ adapters: [], problem: 'install one', native: addon, engine: 'native' });
  assert.match(report, /\* A processor/);
  assert.match(report, /threads +8/);
  assert.match(report, /avx2, baseline: the first is used/);
  assert.not.match(report, /install one/);
});

doctor('says what to do where there is nothing to compute on', () => {
  const report = doctorReport({ adapters: [], problem: 'install one', native: noAddon });
  assert.match(report, /no: not built\n\ninstall one$/);
});

doctor.run();
