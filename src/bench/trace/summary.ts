import { median } from '../kernels/statistics.js';
import { quantity } from '../units.js';
import type { StepTrace, TracedKernel } from './trace-step.js';

/** What a trace says in a few figures, all in seconds. */
export interface TraceSummary {
  readonly launches: number;
  /** Of all kernels together. */
  readonly kernels: number;
  /** From the beginning of the first kernel to the end of the last. */
  readonly span: number;
  /** Of it, when no kernel ran. */
  readonly gaps: number;
  /** The longest time in which none ran, and the kernel before which that was. */
  readonly longest?: { readonly seconds: number; readonly before: TracedKernel };
  /** Of the plain steps, medians. */
  readonly step: number;
  readonly encode: number;
  readonly submit: number;
  readonly wait: number;
}

export function summarise({ plain, profiled: { kernels } }: StepTrace): TraceSummary {
  const inOrder = [...kernels].sort((a, b) => a.start - b.start);
  let end = inOrder[0]?.start ?? 0;
  let gaps = 0;
  let longest: TraceSummary['longest'];
  for (const kernel of inOrder) {
    const gap = kernel.start - end;
    if (gap > 0) {
      gaps += gap;
      if (gap > (longest?.seconds ?? 0)) longest = { seconds: gap, before: kernel };
    }
    end = Math.max(end, kernel.start + kernel.seconds);
  }
  const of = (name: string) =>
    median(
      plain.map(({ spans }) =>
        spans.filter((span) => span.name === name).reduce((sum, span) => sum + (span.end - span.begin) / 1000, 0),
      ),
    );
  return {
    launches: kernels.length,
    kernels: kernels.reduce((sum, { seconds }) => sum + seconds, 0),
    span: end - (inOrder[0]?.start ?? 0),
    gaps,
    longest,
    step: median(plain.map((step) => (step.end - step.begin) / 1000)),
    encode: of('encode'),
    submit: of('submit'),
    wait: of('wait'),
  };
}

/** The summary as text. */
export function summaryText({ engine, model, batch }: StepTrace, summary: TraceSummary): string {
  const { launches, kernels, span, gaps, longest, step, encode, submit, wait } = summary;
  const s = (seconds: number) => quantity(seconds, 's');
  const share = span > 0 ? ` (${((100 * gaps) / span).toFixed(1)} %)` : '';
  return [
    `model ${model}, batch ${batch}, on ${[engine.adapter, engine.driver].filter((word) => word !== '').join(', ')}`,
    `a step as a search runs it: ${s(step)}; encode ${s(encode)}, submit ${s(submit)}, wait ${s(wait)}`,
    `a profiled step, each kernel in a pass of its own: ${launches} kernels, ${s(kernels)} in all; ${s(span)} from the first to the last, ` +
      `of which ${s(gaps)}${share} are gaps${longest ? `, the longest ${s(longest.seconds)} before ${longest.before.kernel} (${longest.before.op})` : ''}`,
  ].join('\n');
}
