// Where a queue is: redis://… or postgres://….

import { FacewrightError } from '../errors.js';
import { quoted } from '../words.js';

/** The kinds of servers that hold queues. */
export type QueueKind = 'redis' | 'postgres';

export interface QueueAddress {
  readonly kind: QueueKind;
  /** As the server's client takes it, password included. */
  readonly url: string;
  /** As it may be printed. */
  readonly shown: string;
}

/** What drivers call their protocols. Valkey speaks that of Redis. */
const PROTOCOLS: Readonly<Record<string, readonly [kind: QueueKind, protocol: string]>> = {
  'redis:': ['redis', 'redis:'],
  'rediss:': ['redis', 'rediss:'],
  'valkey:': ['redis', 'redis:'],
  'valkeys:': ['redis', 'rediss:'],
  'postgres:': ['postgres', 'postgres:'],
  'postgresql:': ['postgres', 'postgresql:'],
};

/** Reads the address of a queue. @throws FacewrightError for what is none */
export function parseQueueAddress(text: string): QueueAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const known = url && Object.hasOwn(PROTOCOLS, url.protocol) ? PROTOCOLS[url.protocol] : undefined;
  // A PostgreSQL server may be said by its socket or by PGHOST.
  if (url === undefined || known === undefined || (known[0] === 'redis' && url.hostname === '')) {
    throw new FacewrightError(
      `--queue ${quoted(text.replace(/\/\/[^@/]*@/, '//'))}: must be redis://HOST (Redis, Valkey) or postgres://HOST/DATABASE`,
    );
  }
  const [kind, protocol] = known;
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  shown.search = '';
  // Not by assignment to `protocol`: a URL keeps one that it does not know.
  return { kind, url: `${protocol}${url.href.slice(url.protocol.length)}`, shown: shown.href };
}
