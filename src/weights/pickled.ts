/** Files that are one pickle: NVIDIA's networks, of TensorFlow and of PyTorch. */

import type { ByteSource } from './byte-source.js';
import { ByteReader } from './bytes.js';
import type { Container, Contents } from './container.js';
import { GLOBALS } from './globals.js';
import { unpickle } from './pickle.js';
import { contentsOf } from './pickle-contents.js';

/** How pickles of protocols 0 and 1 begin: with an empty dict or list and its place in the memo, one in text, or a global. */
const START = /^(?:[\]}][qrp(]|\((?:[dl](?:p\d+\n|[VSIFc(])|c[\w.]+\n)|c[\w.]+\n\w+\n[pqr()])/;

/** From protocol 2 on a pickle says its protocol first. */
function isPickle(head: Uint8Array): boolean {
  if (head[0] === 0x80) return head[1]! >= 2 && head[1]! <= 5;
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
