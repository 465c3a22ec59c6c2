import type { Constants } from '../graph/constant.js';
import type { Graph, Tensor } from '../graph/graph.js';

/** The kinds of networks that there are. */
export type NetworkKind = 'stylegan1' | 'stylegan2';

/** What a network is bound to when it is read. */
export interface NetworkOptions {
  /** The class of a conditional network, counted from 0; see classes.ts. */
  readonly class?: number;
}

/**
 * What drawing and searching need to know of a generator of any kind. Only the network itself knows how many rows of w and
 * noise maps it has, and how large they are: their numbers may differ.
 */
export interface Network {
  readonly kind: NetworkKind;
  /** r, the side of its pictures in pixels. */
  readonly resolution: number;
  /** d, the numbers in a row of z or w. */
  readonly latentSize: number;
  /** L, the rows of w. */
  readonly rows: number;
  /** The side of each noise map in pixels, in the order in which `synthesis` takes them. */
  readonly noiseSides: readonly number[];
  /** Noise maps that a search leaves at zero unless it is told otherwise. */
  readonly badNoise: readonly number[];
  /** Whether there is a way from z to w. */
  readonly hasMapping: boolean;
  /** Trained numbers in the synthesis and mapping networks. */
  readonly parameters: number;
  /** The epsilon of its instance norm, where its kind has one. */
  readonly normEpsilon?: number;
  /** The class that it draws, counted from 0, where it is conditional. */
  readonly class?: number;
  /** The mean of w that the file holds, [d]; undefined where it holds none. */
  readonly wAverage?: Float32Array;
  /** What the appended ops refer to, by name; to be given to `Engine.compile`. */
  readonly constants: Constants;

  /**
   * Appends the synthesis network.
   *
   * @param w [n, L, d, 1], or [n, 1, d, 1]: one row for all layers
   * @param noise for each map [n, 1, s, s], or undefined where it is zero
   * @returns the image [n, 3, r, r] in [−1, 1], not clamped
   */
  synthesis(graph: Graph, w: Tensor, noise: readonly (Tensor | undefined)[]): Tensor;

  /**
   * Appends the mapping network; only where `hasMapping`.
   *
   * @param z [n, 1, d, 1]
   * @returns w [n, 1, d, 1]
   */
  mapping(graph: Graph, z: Tensor): Tensor;
}
