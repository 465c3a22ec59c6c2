import type { Colour } from './colour.js';

/**
 * Interleaved samples of 1 (grey), 2 (grey, alpha), 3 or 4 channels as opaque RGB in [0, 1].
 *
 * @param most the sample that means 1
 * @param background put behind what is transparent, in sRGB as browsers do
 * @returns interleaved [pixels, 3]
 */
export function composite(
  samples: Uint8Array | Uint8ClampedArray | Uint16Array,
  channels: number,
  most: number,
  background: Colour,
): Float32Array {
  const pixels = samples.length / channels;
  const colours = channels < 3 ? 1 : 3;
  const hasAlpha = channels > colours;
  const rgb = new Float32Array(pixels * 3);
  for (let i = 0; i < pixels; i++) {
    const alpha = hasAlpha ? samples[i * channels + colours] / most : 1;
    for (let c = 0; c < 3; c++) {
      const value = samples[i * channels + (colours === 3 ? c : 0)] / most;
      rgb[i * 3 + c] = value * alpha + background[c] * (1 - alpha);
    }
  }
  return rgb;
}
