import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { gpuMemory, memoryOfAmd, memoryOfNvidia } from '../../dist/node/gpu-memory.js';

test("NVIDIA's tool tells of each GPU", () => {
  const answer = 'NVIDIA T400, 2048\nNVIDIA H200, 143771\n';
  assert.is(memoryOfNvidia('NVIDIA H200', answer), 143771 * 2 ** 20);
  assert.is(memoryOfNvidia('NVIDIA T400', answer), 2 ** 31);
  assert.is(memoryOfNvidia('NVIDIA A100', answer), undefined);
  assert.is(memoryOfNvidia('NVIDIA H200', 'No devices were found\n'), undefined);
});

test("AMD's driver has a file for each card", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'facewright-drm-'));
  try {
    assert.is(await memoryOfAmd(folder), undefined);
    // Of an output, of a card of another driver, of a processor's graphics, and of a card.
    const cards = { 'card1-DP-1': '9', card0: undefined, card1: '536870912\n', card2: '25753026560\n' };
    for (const [name, size] of Object.entries(cards)) {
      mkdirSync(join(folder, name, 'device'), { recursive: true });
      if (size !== undefined) writeFileSync(join(folder, name, 'device', 'mem_info_vram_total'), size);
    }
    assert.is(await memoryOfAmd(folder), 25753026560);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('of a GPU of which nobody tells, nothing is known', async () => {
  if (process.platform !== 'darwin') assert.is(await gpuMemory('llvmpipe (LLVM 15.0.6, 256 bits)'), undefined);
});

test.run();
