import type { KernelStorage, StoragePrecision } from './assemble.js';
import type { Declarations } from './declarations.js';
import { type Dispatch, dtypeBehind } from './dispatch.js';

/**
 * What a kernel is to store, by what stands behind the bindings that it declares as `Stored`: what those hold that it writes, or
 * where it writes none, half if any of them is.
 *
 * @throws Error when two that it writes are of different types, or half stands where the kernel declares something else
 */
export function storageOf(dispatch: Dispatch, { bindings }: Declarations): KernelStorage {
  const behind = bindings.map((declared) => ({ ...declared, dtype: dtypeBehind(dispatch.bindings[declared.name]) }));
  const wrong = behind.find(({ stored, dtype }) => !stored && dtype !== undefined && dtype !== 'f32');
  if (wrong) throw new Error(`${dispatch.kernel}: ${wrong.name} is f32, and was given ${wrong.dtype}`);
  const free = behind.filter(({ stored, dtype }) => stored && dtype !== undefined);
  const written = free.filter(({ access }) => access === 'read_write').map(({ dtype }) => dtype);
  if (new Set(written).size > 1) throw new Error(`${dispatch.kernel}: what it writes is in ${written.join(' and ')}`);
  const found = written[0] ?? (free.some(({ dtype }) => dtype === 'f16') ? 'f16' : 'f32');
  const stored = found as StoragePrecision;
  return { stored, others: free.filter(({ dtype }) => dtype !== stored).map(({ name }) => name) };
}
