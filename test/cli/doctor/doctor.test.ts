import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { doctorReport } from '../../../dist/cli/doctor/doctor.js';

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
