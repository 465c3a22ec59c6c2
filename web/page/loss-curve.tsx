// The losses of a search, step by step.

import type { SearchLosses } from 'facewright/browser';
import { curveOf } from '../state/curve.js';
import { curveText } from '../state/words.js';

interface LossCurveProps {
  readonly trace: readonly SearchLosses[];
  readonly steps: number;
  readonly eps: number;
}

export function LossCurve({ trace, steps, eps }: LossCurveProps) {
  const curve = curveOf(trace, steps, eps);
  return (
    <figure class="curve">
      <figcaption>
        <span class="key l2">L2</span>
        <span class="key total">TOTAL</span>
        {curve.eps !== undefined && <span class="key eps">eps {eps}</span>}
      </figcaption>
      <div class="plot">
        {curve.ticks.map(({ text, y }) => (
          <span key={text} class="tick" style={{ top: `${y}%` }} aria-hidden="true">
            {text}
          </span>
        ))}
        {/* Stretched to its place; its strokes are not. */}
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label={curveText(trace, eps)}>
          {curve.ticks.map(({ text, y }) => (
            <line key={text} class="grid" x1="0" x2="100" y1={y} y2={y} />
          ))}
          {curve.eps !== undefined && <line class="eps" x1="0" x2="100" y1={curve.eps} y2={curve.eps} />}
          {(['TOTAL', 'L2'] as const).flatMap((name) =>
            curve.lines[name].map((points) => (
              <polyline key={`${name} ${points.split(' ', 1)[0]}`} class={name.toLowerCase()} points={points} />
            )),
          )}
        </svg>
      </div>
      <div class="axis" aria-hidden="true">
        <span>step 1</span>
        <span>{steps}</span>
      </div>
    </figure>
  );
}
