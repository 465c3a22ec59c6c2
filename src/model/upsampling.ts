/**
 * The 4×4 kernel with which `conv_up` (graph/ops.ts) computes an upsampling convolution of StyleGAN1.
 *
 * Per axis, with the 3 taps w₀ w₁ w₂ of the convolution:
 *
 * - `nearest`: upsample by nearest neighbour, then convolve. Output 2y reads the input rows y−1, y, y through w₀ w₁ w₂,
 *   output 2y + 1 reads y, y, y+1: as a transposed convolution of stride 2 that is the kernel (w₂, w₁+w₂, w₀+w₁, w₀).
 * - `transposed`: the kernel is the sum of the 3 taps shifted by 0 and by 1, (w₀, w₀+w₁, w₁+w₂, w₂). It is *not* flipped, so
 *   this is another map than `nearest`; the original uses this one from 128 px on, and trained weights depend on it.
 *
 * @param weight [o, i, 3, 3]
 * @param scale the weights' run-time factor
 * @returns [o, i, 4, 4]
 */
export function upsamplingKernel(weight: Float32Array, form: 'nearest' | 'transposed', scale: number): Float32Array {
  const taps = form === 'nearest' ? [[2], [1, 2], [0, 1], [0]] : [[0], [0, 1], [1, 2], [2]];
  const kernels = weight.length / 9;
  const result = new Float32Array(kernels * 16);
  for (let k = 0; k < kernels; k++) {
    for (let y = 0; y < 4; y++) {
      for (let x = 0; x < 4; x++) {
        let sum = 0;
        for (const ty of taps[y]) for (const tx of taps[x]) sum += weight[k * 9 + ty * 3 + tx];
        result[k * 16 + y * 4 + x] = sum * scale;
      }
    }
  }
  return result;
}
