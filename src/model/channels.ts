import type { TensorSources } from '../graph/stored-tensor.js';

/** The bias of a block's last convolution, under our own names of either kind: one number for each channel. */
const LAST_BIAS = /^synthesis\.(?:blocks\.(\d+)x\d+|b(\d+))\.conv1?\.bias$/;

/** The channels of a network's maps by their side in pixels, the smallest first, as far as tensors under our own names tell. */
export function channelsBySide(tensors: TensorSources): ReadonlyMap<number, number> {
  const found: [side: number, channels: number][] = [];
  for (const [name, { shape }] of tensors) {
    const match = LAST_BIAS.exec(name);
    if (match !== null) found.push([Number(match[1] ?? match[2]), shape[0] ?? 1]);
  }
  return new Map(found.sort(([a], [b]) => a - b));
}
