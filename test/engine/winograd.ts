import type { Choice, MeasuredChoices } from '../../dist/engine/webgpu/variants.js';
import { type Case, conformanceCases } from './conformance.js';

/** The convolutions in Winograd's form, which no adapter here takes by itself. */
export const WINOGRAD = ['conv3x3_winograd', 'conv_up_winograd', 'conv_down_winograd'];

/** Graphs with convolutions that have it; each wants pipelines that lavapipe takes ten seconds and more to compile. */
export function winogradCases(): Case[] {
  const some = /^conv(_up)?( adjoint)? (3×3 )?\d|^modulated upsampling.* 13×9×7/;
  return conformanceCases().filter(({ name }) => some.test(name) && !/ 1×1 |512/.test(name));
}

/** Takes them in the largest workgroups that are possible: an invocation then brings least, and they are compiled soonest. */
export const largestWinograd: MeasuredChoices = (_op, _shape, possible) => {
  const size = ({ tiling: { quads, rows, groups } }: Choice) => quads * rows * groups;
  return possible.filter(({ kernel }) => WINOGRAD.includes(kernel)).sort((a, b) => size(b) - size(a))[0];
};
