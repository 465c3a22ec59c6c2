import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Hand } from '../results/journal.js';

/** A name for this process among all that take work from queues, on whatever machine. */
export function newHand(): Hand {
  const host = hostname()
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .slice(0, 40);
  return { name: `${host}-${process.pid}-${randomBytes(3).toString('hex')}` };
}
