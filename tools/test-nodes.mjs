// Runs the quick tests on every other Node that is supported than the one that runs this.
//
//   node tools/test-nodes.mjs
//
// Expects what tools/setup.mjs --for-tests makes. The last line is `N passed, N failed, N skipped`; the exit code is 1 if any failed.
// A Node that cannot be fetched is skipped, and that is said.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NODES, nodeOf } from './nodes.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'facewright-nodes-'));
const totals = { passed: 0, failed: 0, skipped: 0 };

try {
  for (const version of NODES) {
    const node = nodeOf(version, work);
    if (node === undefined) {
      totals.skipped++;
      console.log(`skipped: Node ${version} could not be fetched`);
    } else if (majorOf(node) !== majorOf(process.execPath) || version.includes('.')) {
      testOn(node);
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = totals.failed > 0 ? 1 : 0;

function testOn(node) {
  console.log(`\nNode ${versionOf(node)}`);
  const { stdout, stderr } = spawnSync(node, [join('tools', 'test.mjs'), '--quick'], { cwd: root, encoding: 'utf8' });
  process.stdout.write(stdout);
  const found = /^(\d+) passed, (\d+) failed, (\d+) skipped$/m.exec(stdout);
  if (found === null) {
    console.log(`FAILED: the tests did not come to their end:\n${stderr}`);
    totals.failed++;
    return;
  }
  Object.keys(totals).forEach((key, index) => {
    totals[key] += Number(found[index + 1]);
  });
}

function versionOf(node) {
  return spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim().slice(1);
}

function majorOf(node) {
  return versionOf(node).split('.')[0];
}
