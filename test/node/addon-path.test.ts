// Which addon is loaded on which machine, and what is said where there is none.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type AddonMachine, addonMachine, addonPath, targetOf } from '../../dist/node/addon-path.js';

const test = suite('node/addon-path');

const machine = (platform: string, arch: string, musl = false): AddonMachine => ({ platform, arch, musl });

test('targets are called as npm packages call them', () => {
  assert.is(targetOf(machine('linux', 'x64')), 'linux-x64');
  assert.is(targetOf(machine('linux', 'arm64', true)), 'linuxmusl-arm64');
  assert.is(targetOf(machine('win32', 'x64')), 'win32-x64');
});

test('this machine is of one that Node knows', () => {
  assert.match(targetOf(addonMachine()), /^(linux|linuxmusl|darwin|win32)-(x64|arm64)$/);
  assert.is(addonMachine().platform, process.platform);
});

test('what FACEWRIGHT_ADDON names goes before all else, and has to be there', () => {
  const here = new URL(import.meta.url).pathname;
  assert.is(addonPath(machine('plan9', 'mips'), here), here);
  assert.throws(() => addonPath(addonMachine(), '/none.node'), /FACEWRIGHT_ADDON is \/none\.node, and no such file/);
});

test.run();
