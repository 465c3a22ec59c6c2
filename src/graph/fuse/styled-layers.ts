import { type Graph, isOp, type Op, type Tensor } from '../graph.js';
import { type FusedForms, hasForm, writeName } from './forms.js';
import { type FusedOp, fusedOp, type Read } from './fused-op.js';
import type { Rewriting } from './rewriting.js';
import { type AnyOp, Uses } from './uses.js';

/** A layer's epilogue: `add_noise`?, `bias_act`, `instance_norm`, `modulate`. */
interface StyledLayer {
  readonly act: Op<'bias_act'>;
  readonly norm: Op<'instance_norm'>;
  readonly modulate: Op<'modulate'>;
  readonly x: Tensor;
  readonly coefficients: Tensor;
  readonly moments: Tensor;
}

/**
 * **The affine map per channel.** Finds `bias_act → instance_norm → modulate` and stores the activated map x alone, with the
 * coefficients of the affine map that the other two amount to: one op writes x and takes its statistics, whoever reads the
 * styled map reads x with coefficients, and the gradient goes back from g, x and two sums. Neither the normalised nor the
 * styled map is stored, but where something else reads them.
 *
 * A normalised map with two styles, or without an activation before it, is left as it is.
 */
export function fuseStyledLayers(graph: Graph, forms: FusedForms, rewriting: Rewriting): void {
  const none = { kind: 'none' } as const;
  if (!hasForm(forms, none, 'plain', 'styled') || !hasForm(forms, none, 'styled', 'plain')) return;
  const uses = new Uses(rewriting.ops, new Set(graph.outputs.values()));
  for (const norm of rewriting.ops) {
    if (!isOp(norm, 'instance_norm')) continue;
    const layer = findLayer(norm, uses, rewriting);
    if (!layer || !writeEpilogue(layer, uses, rewriting)) continue;
    styledReads(layer, uses, forms, rewriting);
    if (hasForm(forms, none, 'plain', 'sums')) {
      const sums = gradientSums(layer, uses, rewriting);
      if (hasForm(forms, none, 'gradient', 'plain')) gradientReads(layer, sums, uses, rewriting);
    }
  }
}

function findLayer(norm: Op<'instance_norm'>, uses: Uses, rewriting: Rewriting): StyledLayer | undefined {
  const [x] = norm.inputs as [Tensor];
  const [normalised] = norm.outputs;
  const act = uses.maker(x);
  const styles = uses.readers(normalised).filter(({ op, place }) => isOp(op, 'modulate') && place === 0);
  // An activation that another norm's layer has taken is in the list no longer.
  if (
    !act ||
    !isOp(act, 'bias_act') ||
    act.attrs.clamp !== Infinity ||
    rewriting.current(act) !== act ||
    styles.length !== 1
  )
    return undefined;
  const modulate = styles[0].op as Op<'modulate'>;
  // A style that is a state may be another where the gradient reads it.
  if (modulate.inputs[1]!.kind === 'state') return undefined;
  const [n, c] = x.shape;
  return {
    act,
    norm,
    modulate,
    x,
    coefficients: rewriting.temp([n, 3, c, 1]),
    moments: rewriting.temp([n, 2, c, 1]),
  };
}

/** Puts the op that writes x, coefficients and moments in the place of `bias_act`, or of the style if that comes later. */
function writeEpilogue(layer: StyledLayer, uses: Uses, rewriting: Rewriting): boolean {
  const { act, norm, modulate, x } = layer;
  const [, style] = modulate.inputs as [Tensor, Tensor];
  const styleMaker = uses.maker(style);
  const [before, bias] = act.inputs as [Tensor, Tensor];
  const adding = uses.maker(before);
  const noisy = adding && isOp(adding, 'add_noise') && uses.onlyUse(before) ? adding : undefined;
  const [y, map, weight] = (noisy?.inputs ?? [before]) as [Tensor, Tensor?, Tensor?];
  const making = uses.maker(y);
  const repeating = making && isOp(making, 'repeat') ? making : undefined;
  const source = repeating?.inputs[0] ?? y;

  const last = styleMaker && uses.place(styleMaker) > uses.place(act) ? styleMaker : act;
  const readEarlier = uses.readers(x).some(({ op }) => uses.place(op) <= uses.place(last));
  // From the first of the ops that the epilogue stands for: a state that one of them reads must not change before the last.
  const first = uses.place(repeating ?? noisy ?? act);
  if (readEarlier || !uses.isSameAt([source, map, weight, bias], first, uses.place(last))) return false;
  const write = {
    form: 'styled',
    noise: map && weight && { map, weight },
    bias,
    style,
    slope: act.attrs.slope,
    epsilon: norm.attrs.epsilon,
    x,
    coefficients: layer.coefficients,
    moments: layer.moments,
  } as const;
  const epilogue = fusedOp({ kind: 'none' }, { form: 'plain', x: source }, write);
  rewriting.insertAfter(last, epilogue);
  rewriting.remove(act, epilogue);
  return true;
}

/** Readers of the styled map read x with its coefficients; where one cannot, or the map is an output, it is stored. */
function styledReads({ x, coefficients, modulate }: StyledLayer, uses: Uses, forms: FusedForms, rewriting: Rewriting) {
  const read: Read = { form: 'styled', x, coefficients };
  const [styled] = modulate.outputs;
  for (const { op, place } of uses.readers(styled)) {
    const reader = rewriting.current(op);
    if (place !== readPlace(reader) || reader.op !== 'fused') continue;
    if (!hasForm(forms, reader.core, 'styled', writeName(reader.write))) continue;
    rewriting.replace(op, fusedOp(reader.core, read, reader.write));
  }
  // Where nobody is left to read it, it falls to the removal of dead ops.
  rewriting.replace(modulate, fusedOp({ kind: 'none' }, read, { form: 'plain', y: styled }));
}

/** Which input of an op over maps is the map. */
function readPlace(op: AnyOp): number {
  return op.op === 'fused' && op.read.form === 'plain' ? op.inputs.indexOf(op.read.x) : 0;
}

/** The sums of each gradient of the styled map, by that gradient. */
function gradientSums({ norm, x, moments }: StyledLayer, uses: Uses, rewriting: Rewriting): Map<Tensor, Tensor> {
  const sums = new Map<Tensor, Tensor>();
  for (const { op, place } of uses.readers(norm.outputs[0])) {
    if (!isOp(op, 'modulate_sums') || place !== 1) continue;
    const [g] = op.inputs as [Tensor];
    if (g === norm.outputs[0]) continue;
    const [made] = op.outputs;
    rewriting.replace(op, sumsOf(g, x, moments, made));
    if (!sums.has(g)) sums.set(g, made);
  }
  return sums;
}

function sumsOf(g: Tensor, x: Tensor, moments: Tensor, sums: Tensor): FusedOp {
  return fusedOp({ kind: 'none' }, { form: 'plain', x: g }, { form: 'summed', x, moments, sums });
}

/** `modulate_gradient → instance_norm_gradient → lrelu_gradient`, each read by the next alone, is one read of g. */
function gradientReads(layer: StyledLayer, sums: Map<Tensor, Tensor>, uses: Uses, rewriting: Rewriting): void {
  const { act, norm, modulate, x, coefficients, moments } = layer;
  for (const { op: normGradient, place } of uses.readers(x)) {
    if (!isOp(normGradient, 'instance_norm_gradient') || place !== 1) continue;
    if (normGradient.attrs.epsilon !== norm.attrs.epsilon) continue;
    const styleGradient = uses.maker(normGradient.inputs[0]);
    const next = uses.onlyUse(normGradient.outputs[0]);
    if (!styleGradient || !isOp(styleGradient, 'modulate_gradient') || !uses.onlyUse(styleGradient.outputs[0]))
      continue;
    if (styleGradient.inputs[1] !== modulate.inputs[1]) continue;
    if (next?.place !== 0 || !isOp(next.op, 'lrelu_gradient')) continue;
    const { op: actGradient } = next;
    const { slope, clamp } = actGradient.attrs;
    if (actGradient.inputs[1] !== x || slope !== act.attrs.slope || clamp !== act.attrs.clamp) continue;
    const [g] = styleGradient.inputs as [Tensor];
    if (!uses.isSameAt([g], uses.place(styleGradient), uses.place(actGradient))) continue;
    let taken = sums.get(g);
    const summing = uses.maker(taken);
    const isOfThisG = summing && uses.isSameAt([g], uses.place(summing), uses.place(styleGradient));
    if (!taken || !isOfThisG || !uses.isMadeBefore(taken, uses.place(actGradient))) {
      taken = rewriting.temp(moments.shape);
      rewriting.insertBefore(actGradient, sumsOf(g, x, moments, taken));
    }
    const read: Read = {
      form: 'gradient',
      source: { kind: 'stored', g },
      x,
      coefficients,
      moments,
      sums: taken,
      slope: act.attrs.slope,
    };
    rewriting.remove(styleGradient);
    rewriting.remove(normGradient);
    rewriting.replace(actGradient, fusedOp({ kind: 'none' }, read, { form: 'plain', y: actGradient.outputs[0] }));
  }
}
