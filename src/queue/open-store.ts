import { resolve } from 'node:path';
import type { Hand } from '../results/journal.js';
import { BucketStore } from './bucket-store.js';
import { FolderStore } from './folder-store.js';
import { parseBucket, type ResultStore } from './store.js';

/** Opens the store at an address. @param hand whose journal gets the lines @throws FacewrightError when it cannot be used */
export async function openStore(out: string, hand: Hand): Promise<ResultStore> {
  const address = parseBucket(out);
  return address === undefined ? FolderStore.open(resolve(out), hand) : BucketStore.open(address, hand);
}
