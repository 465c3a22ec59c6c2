// Which of the cases that an engine has to pass `npm test` takes on webgpu: Mesa compiles each kernel anew for each shape on a fresh
// machine, and all of them take minutes. conformance.long.test.ts has the others.

import type { Case } from './conformance.js';

/** Of the cases of each op (they begin with its name) every so many are taken. */
const EVERY = 8;

/** Of each op the first case, and every eighth behind it; and the others. */
export function sharedOut(cases: readonly Case[]): { readonly some: Case[]; readonly others: Case[] } {
  const seen = new Map<string, number>();
  const shares: { some: Case[]; others: Case[] } = { some: [], others: [] };
  for (const each of cases) {
    const [op] = each.name.split(' ', 1);
    const count = seen.get(op) ?? 0;
    seen.set(op, count + 1);
    shares[count % EVERY === 0 ? 'some' : 'others'].push(each);
  }
  return shares;
}
