#!/usr/bin/env node
// The command. What it does with its words is in command-line.ts.

import { calmDawn } from '../node/dawn-pump.js';
import { commandLine } from './command-line.js';
import { describeFailure, failureCode } from './shared/exit.js';
import { endWithOutput } from './shared/output.js';

endWithOutput();

// The process is ours: a program that embeds facewright keeps its timers as they are.
calmDawn();

try {
  process.exitCode = await commandLine(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${describeFailure(error)}\n`);
  process.exitCode = failureCode(error);
}
