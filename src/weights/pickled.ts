/** Files that are one pickle: NVIDIA's networks, of TensorFlow and of PyTorch. */

import type { ByteSource } from './byte-source.js';
import { ByteReader } from './bytes.js';
import type { Container, Contents } from './container.js';
import { GLOBALS } from './globals.js';
import { unpickle } from './pickle.js';
import { contentsOf } from './pickle-contents.js';

/**
 * How a pickle of a container or of an object begins: from protocol 2 on with PROTO; before, with an empty dict or list and
 * its place in the memo, with a dict or list in text, or with a global.
 */
const START = /^(?:\x80[\x02-\x05]|[\]}][qrp]|\((?:[dl]p?\d*\n|c[\w.]+\n)|c[\w.]+\n\w+\n[pqr()])/;

function isPickle(head: Uint8Array): boolean {
  return START.test(String.fromCharCode(...head.subarray(0, 256)));
}

/** The entry of the table of containers: a pickle says nothing of itself. */
export const PICKLE: Container = { name: 'pickle', recognises: isPickle, read: readPickle };

/** What is in a pickle. What follows it in the file is of no interest: some write several, of which the first is the networks. */
function readPickle(bytes: ByteSource, source: string): Contents {
  const reader = new ByteReader(bytes, source);
  const root = unpickle(reader, { globals: GLOBALS });
  return { metadata: {}, ...contentsOf(root, (message) => reader.fail(message)) };
}
