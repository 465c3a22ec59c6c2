// All conformance cases in Chromium, by the engine that `facewright/browser` opens: each forward and backward against the float64
// reference, and in batches to the bit. On SwiftShader, where there is no GPU, that takes minutes.
//
//   node tools/browser-conformance.mjs [PART-OF-A-NAME...]
//
// Needs what `npm run build` makes, and Chromium. Prints what is wrong, op by op; the last line is `N passed, N failed, N skipped`, and
// the exit code 1 if any failed.

import { openBrowserConformance } from '../dist-test/browser/conformance-in-chromium.js';
import { chromiumPath, NO_CHROMIUM } from './chromium.mjs';

/** SwiftShader compiles a kernel in a second to ten, one after another; a case has up to some dozens. */
const CASE_LIMIT_MS = 180_000;

/** Behind an op after which it has compiled for so long another browser is opened. */
const FRESH_MS = 30_000;
let fresh = Date.now();

const totals = { passed: 0, failed: 0, skipped: 0 };
if (chromiumPath !== undefined) await runAll(process.argv.slice(2));
else if (process.env.CI) fail(NO_CHROMIUM);
else {
  console.log(`skipped: ${NO_CHROMIUM}`);
  totals.skipped++;
}
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = totals.failed > 0 ? 1 : 0;

async function runAll(parts) {
  const suite = await openBrowserConformance();
  try {
    const wanted = suite.names.filter((name) => parts.length === 0 || parts.some((part) => name.includes(part)));
    if (wanted.length === 0) fail(`no case has ${parts.join(' or ')} in its name`);
    console.log(`Chromium ${suite.version} on ${suite.adapter}: ${wanted.length} cases`);
    const began = Date.now();
    for (const [op, names] of byOp(wanted)) await runOp(suite, op, names);
    console.log(`in ${seconds(Date.now() - began)}`);
  } finally {
    await suite.close();
  }
}

/** What is wrong with a case. Whatever is thrown is of the page too: a kernel that does not compile, a device that is lost. */
async function faultsOf(suite, name) {
  const late = new Promise((resolve) => {
    setTimeout(resolve, CASE_LIMIT_MS, [`not done after ${seconds(CASE_LIMIT_MS)}`]).unref();
  });
  const faults = await Promise.race([suite.run(name).catch((error) => [error.message]), late]);
  // Of a browser that hangs or has lost its device nothing is learned.
  if (faults.length > 0) await suite.reopen();
  return faults;
}

/** The cases of an op begin with its name. */
function byOp(names) {
  const ops = new Map();
  for (const name of names) {
    const [op] = name.split(' ', 1);
    ops.set(op, [...(ops.get(op) ?? []), name]);
  }
  return ops;
}

async function runOp(suite, op, names) {
  const began = Date.now();
  let failed = 0;
  // What SwiftShader has compiled it keeps.
  if (Date.now() - fresh > FRESH_MS) {
    await suite.reopen();
    fresh = Date.now();
  }
  for (const name of names) {
    const faults = await faultsOf(suite, name);
    if (faults.length > 0) {
      failed++;
      console.log(`${name}\n${faults.join('\n')}`);
    }
  }
  const passed = names.length - failed;
  totals.failed += failed;
  totals.passed += passed;
  const bad = failed > 0 ? `  ${failed} failed` : '';
  console.log(
    `${failed > 0 ? '✘' : '•'} ${op.padEnd(20)} ${String(passed).padStart(4)} passed  ${seconds(Date.now() - began).padStart(7)}${bad}`,
  );
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

function fail(text) {
  console.error(`browser-conformance: ${text}`);
  process.exit(1);
}
