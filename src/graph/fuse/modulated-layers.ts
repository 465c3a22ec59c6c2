import { isOp, type Op, type Tensor } from '../graph.js';
import { type FusedForms, hasForm } from './forms.js';
import { type Demodulation, type FusedOp, fusedOp, type Noise } from './fused-op.js';
import type { Rewriting } from './rewriting.js';
import { type AnyOp, isFused, type Uses } from './uses.js';

/** A layer's epilogue: `scale`?, `add_noise`?, `bias_act`, behind the kernel that makes what they are applied to. */
interface Epilogue {
  readonly maker: FusedOp;
  readonly scaling?: Op<'scale'>;
  readonly noise?: Noise;
  readonly act: Op<'bias_act'>;
  /** The sums by which the factor's gradient goes back: they read the map that was scaled, which is then not stored. */
  readonly factorSums: readonly Op<'scale_sums'>[];
}

/**
 * **StyleGAN2's epilogue is applied before a map is stored**: demodulation, noise, bias, activation and clamp, in the kernel
 * that makes the map. Of a layer one map is then stored, the activated one, and the map before demodulation, whose products
 * with a gradient are the gradient of demodulation, is made of it again (`Demodulation`).
 */
export function fuseModulatedLayers(forms: FusedForms, rewriting: Rewriting): void {
  for (const act of rewriting.ops) {
    if (!isOp(act, 'bias_act')) continue;
    const layer = findEpilogue(act, rewriting.uses);
    if (!layer || !hasForm(forms, layer.maker.core, layer.maker.read.form, 'activated')) continue;
    if (layer.factorSums.length > 0 && !hasForm(forms, { kind: 'none' }, 'plain', 'scaled sums')) continue;
    writeEpilogue(layer, rewriting);
  }
}

function findEpilogue(act: Op<'bias_act'>, uses: Uses): Epilogue | undefined {
  const [before] = act.inputs as [Tensor];
  const adding = uses.onlyUse(before) && makerOf(before, 'add_noise', uses);
  const noisy = adding ? adding.inputs[0]! : before;
  const scaling = uses.onlyUse(noisy) && makerOf(noisy, 'scale', uses);
  const y = scaling ? scaling.inputs[0]! : noisy;
  const maker = uses.maker(y);
  if (!maker || !isFused(maker) || maker.core.kind === 'none' || maker.write.form !== 'plain') return undefined;
  const noise = adding && { map: adding.inputs[1]!, weight: adding.inputs[2]! };
  const layer = { maker, scaling, noise, act, factorSums: scaling ? factorSumsOf(y, scaling, act, uses) : [] };
  // Nothing else may read the map before its epilogue.
  if (uses.isOutput(y) || uses.readers(y).length !== 1 + layer.factorSums.length) return undefined;
  return canMove(layer, uses) ? layer : undefined;
}

function makerOf<N extends 'add_noise' | 'scale'>(tensor: Tensor, name: N, uses: Uses): Op<N> | undefined {
  const maker = uses.maker(tensor);
  return maker && isOp(maker, name) ? maker : undefined;
}

/** Sums of y's products with a gradient of this very activation: they can do without y, but where a factor may be zero. */
function factorSumsOf(y: Tensor, scaling: Op<'scale'>, act: Op<'bias_act'>, uses: Uses): Op<'scale_sums'>[] {
  const demodulating = uses.maker(scaling.inputs[1]);
  if (!demodulating || !isOp(demodulating, 'demodulate') || !(act.attrs.slope > 0)) return [];
  return uses.readers(y).flatMap(({ op, place }) => {
    if (!isOp(op, 'scale_sums') || place !== 1) return [];
    return gradientOf(act, op, uses) ? [op] : [];
  });
}

/** The gradient of an activation's result, whose way back through it these sums read. */
function gradientOf(act: Op<'bias_act'>, sums: Op<'scale_sums'>, uses: Uses): Op<'lrelu_gradient'> | undefined {
  const back = uses.maker(sums.inputs[0]);
  if (!back || !isOp(back, 'lrelu_gradient') || back.inputs[1] !== act.outputs[0]) return undefined;
  const { slope, clamp } = back.attrs;
  return slope === act.attrs.slope && clamp === act.attrs.clamp ? back : undefined;
}

/** Whether all of it can run where the activation stands, and the sums can read later what the epilogue reads. */
function canMove({ maker, scaling, noise, act, factorSums }: Epilogue, uses: Uses): boolean {
  const place = uses.place(act);
  const read = [...maker.inputs, scaling?.inputs[1], noise?.map, noise?.weight, act.inputs[1]];
  if (!uses.isSameAt(read, uses.place(maker), place)) return false;
  return factorSums.every((sums) => {
    const back = gradientOf(act, sums, uses)!;
    const [g] = back.inputs;
    return (
      uses.isSameAt([noise?.map, noise?.weight, act.inputs[1]], place, uses.place(sums)) &&
      uses.isSameAt([g], uses.place(back), uses.place(sums))
    );
  });
}

function writeEpilogue({ maker, scaling, noise, act, factorSums }: Epilogue, rewriting: Rewriting): void {
  const { uses } = rewriting;
  const [, bias] = act.inputs as [Tensor, Tensor];
  const [y] = act.outputs;
  const factor = scaling?.inputs[1];
  for (const sums of factorSums) {
    const [g] = gradientOf(act, sums, uses)!.inputs as [Tensor];
    const demodulation: Demodulation = { factor: factor!, noise, bias, ...act.attrs, sums: sums.outputs[0] };
    const write = { form: 'scaled', x: y, demodulation } as const;
    rewriting.replace(sums, fusedOp({ kind: 'none' }, { form: 'plain', x: g }, write));
  }
  const write = { form: 'activated', factor, noise, bias, ...act.attrs, y } as const;
  rewriting.replace(act, fusedOp(maker.core, maker.read, write));
  const between: (AnyOp | undefined)[] = [maker, scaling, noise && uses.maker(act.inputs[0])];
  for (const op of between) if (op) rewriting.remove(op);
}
