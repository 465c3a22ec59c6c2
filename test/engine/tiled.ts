import { type Case, conformanceCases } from './conformance.js';

/** The convolutions for GPUs, which no adapter here takes by itself. */
export const TILED = ['conv3x3_tiled', 'conv_up_tiled', 'conv_down_tiled'];

/** Convolutions by themselves, and one graph with all that they read and write of StyleGAN2. */
export function tiledCases(): Case[] {
  return conformanceCases().filter(({ name }) => /^conv|^modulated upsampling.* 13×9×7/.test(name));
}
