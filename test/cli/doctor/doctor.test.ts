import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { doctorReport } from '../../../dist/cli/doctor/doctor.js';
import { memoryText } from '../../../dist/cli/doctor/search-memory.js';

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

doctor('tells what facewright tune has found on an adapter', () => {
  const told = (tuned?: object) => {
    const adapters = [{ ...adapter, ...(tuned && { tuned: { path: 'x.json', ...tuned } }) }] as (typeof adapter)[];
    return /tuned {5}(.*)/.exec(doctorReport({ adapters, chosen: 0, native: noAddon, engine: 'webgpu' }))?.[1];
  };
  assert.is(told(), 'no; facewright tune finds the fastest kernels');
  const some = { entries: 34, kept: 12, stale: 0, date: '2026-11-29T12:00:00.000Z' };
  assert.is(told(some), '34 shapes, the last on 2026-11-29; 12 of them run faster than usual');
  assert.match(told({ ...some, stale: 3 })!, /; 3 more dropped, since their kernels have changed$/);
  assert.match(
    told({ ...some, problem: 'x.json is no JSON' })!,
    /^no: x.json is no JSON; facewright tune writes it anew$/,
  );
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

doctor('says what a search with a model takes of memory', () => {
  const one = { pictures: 1, bytes: 679e6, weights: 247e6, kept: 20e6, temporaries: 412e6 };
  const usual = { ...one, pictures: 16, bytes: 7165e6 };
  const about = { model: 'f.pkl', kind: 'stylegan1', resolution: 1024, engine: 'webgpu', precision: 'f32' } as const;
  assert.is(
    memoryText({ ...about, adapter: 'A very good GPU', memory: 24e9, one, usual }),
    [
      'A search with f.pkl (stylegan1, 1024 px, f32) on A very good GPU takes',
      '    679 MB for one picture: weights 247 MB, what a step computes 412 MB, what is kept 20 MB',
      '    7165 MB for 16 pictures at once, as it is without --batch; the GPU has 24.0 GB',
    ].join('\n'),
  );
  const native = { ...about, engine: 'native', adapter: 'A processor' } as const;
  const bytes = { pictures: 1, bytes: 34e6 };
  assert.match(
    memoryText({ ...native, one: bytes, usual: bytes }),
    /34 MB for one picture\n.*34 MB for 1 picture at once/,
  );
});

doctor.run();
