// The two networks that see faces: BlazeFace finds them, FaceMesh finds their points. The weights are those of the package
// @vladmandic/human (MIT), which has them from Google's MediaPipe (Apache-2.0); TensorFlow.js runs them, on WebAssembly with SIMD.
// What they give is here, for whoever embeds facewright to compile without TensorFlow's types; open-networks.ts opens them.

import type { Patch } from './sample.js';

/** Sides of what the networks take, in pixels. */
export const BLAZEFACE_SIDE = 256;
export const FACEMESH_SIDE = 192;

/** BlazeFace's own output: for each anchor a logit, and a box with six points. */
export interface BlazeFaceOutput {
  /** [896] */
  readonly logits: Float32Array;
  /** [896, 16]: the centre and the size of the box, then x and y of six points, in pixels from the anchor */
  readonly boxes: Float32Array;
}

/** FaceMesh's own output. */
export interface FaceMeshOutput {
  /** Whether it is a face at all, 0 to 1. */
  readonly presence: number;
  /** [468, 3]: x, y and depth, in pixels of the patch */
  readonly mesh: Float32Array;
}

export interface Networks {
  /** @param patch of 256 px */
  blazeFace(patch: Patch): BlazeFaceOutput;
  /** @param patches of 192 px; they go through the network together */
  faceMesh(patches: readonly Patch[]): FaceMeshOutput[];
}
