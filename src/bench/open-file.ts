// Opens one weight file and prints how long that took, as JSON: loading.ts runs it in a process of its own.

import { readNetwork } from '../model/dialects/table.js';
import { openWeights } from '../read-weights.js';

/** From the file to a network, without an engine. */
export interface OpenedFile {
  /** From the file to tensors in our own names, described, its digest included. */
  readonly readSeconds: number;
  /** From tensors to a network: they are read and checked one by one, and read again when an engine packs them. */
  readonly networkSeconds: number;
  /** The most memory that the process had, Node itself included. */
  readonly peakBytes: number;
}

const path = process.argv[2]!;
const start = performance.now();
const weights = await openWeights(path);
const read = performance.now();
readNetwork(path, weights);
const result: OpenedFile = {
  readSeconds: (read - start) / 1000,
  networkSeconds: (performance.now() - read) / 1000,
  peakBytes: process.resourceUsage().maxRSS * 1024,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
