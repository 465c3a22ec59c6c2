/**
 * A StyleGAN2 generator (Karras et al. 2020) as plain loops in float64, from tensors in our own names: what the formulas
 * say, one picture at a time. It knows nothing of graphs, engines or the reader of networks.
 */

import { float32Values, type HostTensors } from '../../dist/graph/host-tensor.js';

type Numbers = Float64Array;

/** One map after another: `side` × `side` numbers for each channel. */
interface Maps {
  readonly channels: number;
  readonly side: number;
  readonly data: Numbers;
}

/** The taps of [1, 3, 3, 1] ⊗ [1, 3, 3, 1] / 64, times the 4 that upsampling makes good. */
const FILTER = [1, 3, 3, 1].map((tap) => tap / 4);
const GAIN = Math.sqrt(2);
const RATE = 0.01;

export class PlainStyleGan2 {
  constructor(
    private readonly tensors: HostTensors,
    /** Values beyond ± this are clamped; undefined: none are. */
    private readonly clamp?: number,
  ) {}

  /** w [d] of z [d]; only of networks without classes. */
  map(z: Numbers): Numbers {
    const size = Math.sqrt(z.reduce((sum, value) => sum + value * value, 0) / z.length + 1e-8);
    let x = z.map((value) => value / size);
    for (let layer = 0; this.tensors.has(`mapping.fc${layer}.weight`); layer++) {
      x = this.#dense(`mapping.fc${layer}`, x, RATE).map((value) => GAIN * (value < 0 ? 0.2 * value : value));
    }
    return x;
  }

  /**
   * The picture [3, r, r].
   *
   * @param ws a row of w for each convolution, and one for the last to-RGB layer
   * @param noise a map for each convolution
   */
  draw(ws: readonly Numbers[], noise: readonly Numbers[]): Maps {
    const { shape } = this.tensors.get('synthesis.b4.const')!;
    let x: Maps = { channels: shape[0]!, side: 4, data: this.#values('synthesis.b4.const') };
    let image: Maps | undefined;
    let row = 0;
    for (let size = 4; this.tensors.has(`synthesis.b${size}.conv1.weight`); size *= 2) {
      const block = `synthesis.b${size}`;
      if (size > 4) {
        x = this.#layer(`${block}.conv0`, x, ws[row]!, noise[row]!, true);
        row++;
      }
      x = this.#layer(`${block}.conv1`, x, ws[row]!, noise[row]!, false);
      row++;
      const rgb = this.#toRgb(`${block}.torgb`, x, ws[row]!);
      if (image) {
        const before = upsample(image);
        rgb.data.forEach((value, at) => {
          rgb.data[at] = value + before.data[at]!;
        });
      }
      image = rgb;
    }
    return image!;
  }

  #values(name: string): Numbers {
    return Float64Array.from(float32Values(this.tensors.get(name)!));
  }

  #dense(name: string, x: Numbers, rate: number): Numbers {
    const weight = this.#values(`${name}.weight`);
    const scale = rate / Math.sqrt(x.length);
    return this.#values(`${name}.bias`).map((bias, out) => {
      let sum = 0;
      for (let i = 0; i < x.length; i++) sum += weight[out * x.length + i]! * x[i]!;
      return sum * scale + bias * rate;
    });
  }

  #layer(name: string, x: Maps, w: Numbers, noise: Numbers, up: boolean): Maps {
    const style = this.#dense(`${name}.affine`, w, 1);
    const weight = this.#values(`${name}.weight`);
    const bias = this.#values(`${name}.bias`);
    const per = 9 * x.channels;
    const scaled = weight.map((value, at) => value * style[Math.floor(at / 9) % x.channels]!);
    for (let out = 0; out < bias.length; out++) {
      let sum = 1e-8;
      for (let at = out * per; at < (out + 1) * per; at++) sum += scaled[at]! ** 2;
      for (let at = out * per; at < (out + 1) * per; at++) scaled[at]! /= Math.sqrt(sum);
    }
    const y = up ? blur(convolveUp(x, scaled, bias.length)) : convolve(x, scaled, bias.length);
    const [strength] = this.#values(`${name}.noise_strength`);
    const area = y.side ** 2;
    const data = y.data.map((value, at) => {
      const sum = value + noise[at % area]! * strength! + bias[Math.floor(at / area)]!;
      return this.#clamped(GAIN * (sum < 0 ? 0.2 * sum : sum));
    });
    return { ...y, data };
  }

  #toRgb(name: string, x: Maps, w: Numbers): Maps {
    const weight = this.#values(`${name}.weight`);
    const bias = this.#values(`${name}.bias`);
    const style = this.#dense(`${name}.affine`, w, 1).map((value) => value / Math.sqrt(x.channels));
    const area = x.side ** 2;
    const data = new Float64Array(3 * area);
    for (let out = 0; out < 3; out++) {
      for (let at = 0; at < area; at++) {
        let sum = bias[out]!;
        for (let i = 0; i < x.channels; i++) sum += weight[out * x.channels + i]! * style[i]! * x.data[i * area + at]!;
        data[out * area + at] = this.#clamped(sum);
      }
    }
    return { channels: 3, side: x.side, data };
  }

  #clamped(value: number): number {
    const { clamp = Number.POSITIVE_INFINITY } = this;
    return Math.max(-clamp, Math.min(clamp, value));
  }
}

/** A 3×3 convolution, padded with zeros; weight [out, in, 3, 3]. */
function convolve(x: Maps, weight: Numbers, channels: number): Maps {
  const { side } = x;
  const data = new Float64Array(channels * side * side);
  eachTap(x, weight, channels, (out, value, row, column, y, z) => {
    const [to, at] = [row - y + 1, column - z + 1];
    if (to >= 0 && to < side && at >= 0 && at < side) data[(out * side + to) * side + at]! += value;
  });
  return { channels, side, data };
}

/** The transposed 3×3 convolution of stride 2: 2·side + 1 wide. */
function convolveUp(x: Maps, weight: Numbers, channels: number): Maps {
  const side = 2 * x.side + 1;
  const data = new Float64Array(channels * side * side);
  eachTap(x, weight, channels, (out, value, row, column, y, z) => {
    data[(out * side + 2 * row + y) * side + 2 * column + z]! += value;
  });
  return { channels, side, data };
}

/** Calls with every product of a number of x and a tap of the kernels: the output's channel, both places. */
function eachTap(
  x: Maps,
  weight: Numbers,
  channels: number,
  add: (out: number, value: number, row: number, column: number, y: number, z: number) => void,
): void {
  const { side } = x;
  for (let out = 0; out < channels; out++) {
    for (let i = 0; i < x.channels; i++) {
      for (let tap = 0; tap < 9; tap++) {
        const factor = weight[(out * x.channels + i) * 9 + tap]!;
        for (let at = 0; at < side * side; at++) {
          const value = factor * x.data[i * side * side + at]!;
          add(out, value, Math.floor(at / side), at % side, Math.floor(tap / 3), tap % 3);
        }
      }
    }
  }
}

/** The filter over maps with a border of one zero, as it follows a transposed convolution: one narrower. */
function blur(x: Maps): Maps {
  return filter(x, x.side - 1, (row, column) => [row - 1, column - 1]);
}

/** A picture with zeros between its pixels, filtered: twice as wide. */
function upsample(x: Maps): Maps {
  const side = 2 * x.side;
  const spread: Maps = { ...x, side, data: new Float64Array(x.channels * side * side) };
  x.data.forEach((value, at) => {
    const [channel, row, column] = [Math.floor(at / x.side ** 2), Math.floor(at / x.side) % x.side, at % x.side];
    spread.data[(channel * side + 2 * row) * side + 2 * column] = value;
  });
  return filter(spread, side, (row, column) => [row - 2, column - 2]);
}

/** Each output from 4×4 numbers, of which `from` says where the first lies; outside are zeros. */
function filter(x: Maps, side: number, from: (row: number, column: number) => [row: number, column: number]): Maps {
  const data = new Float64Array(x.channels * side * side).map((_, at) => {
    const channel = Math.floor(at / side ** 2);
    const [top, left] = from(Math.floor(at / side) % side, at % side);
    let sum = 0;
    FILTER.forEach((a, y) => {
      FILTER.forEach((b, z) => {
        const [row, column] = [top + y, left + z];
        if (row < 0 || row >= x.side || column < 0 || column >= x.side) return;
        sum += a * b * x.data[(channel * x.side + row) * x.side + column]!;
      });
    });
    return sum;
  });
  return { channels: x.channels, side, data };
}
