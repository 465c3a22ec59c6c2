import { type Case, conformanceCases } from './conformance.js';

/** The convolutions in Winograd's form, which no adapter here takes by itself. */
export const WINOGRAD = ['conv3x3_winograd', 'conv_up_winograd', 'conv_down_winograd'];

/** Graphs with convolutions that have it, forward and backward; each wants pipelines that lavapipe takes ten seconds to compile. */
export function winogradCases(): Case[] {
  return conformanceCases().filter(
    ({ name }) => /^conv 3×3 \d|^conv_up \d|^modulated/.test(name) && !/ 512/.test(name),
  );
}
