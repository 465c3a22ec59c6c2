// What was found since the page was opened: to be saved, and held beside each other.

import { useMemo } from 'preact/hooks';
import { differing, type Facts, factsOf } from '../state/facts.js';
import type { Action, Kept } from '../state/state.js';
import { lossText } from '../state/words.js';
import { PixelCanvas, PixelFigure } from './pixel-canvas.js';
import { SaveButtons } from './save-buttons.js';
import { scaledDown } from './target.js';

interface KeptProps {
  readonly kept: readonly Kept[];
  readonly dispatch: (action: Action) => void;
}

export function KeptStrip({ kept, dispatch }: KeptProps) {
  const compared = kept.filter((one) => one.compared);
  if (kept.length === 0) return null;
  return (
    <section class="kept" aria-labelledby="kept">
      <h2 id="kept">Found so far</h2>
      <ul>
        {kept.map((one) => (
          <KeptFace key={one.id} one={one} dispatch={dispatch} />
        ))}
      </ul>
      {compared.length === 1 && <p class="soft">Choose another to compare it with.</p>}
      {compared.length > 1 && <Comparison kept={compared} />}
    </section>
  );
}

function KeptFace({ one, dispatch }: { one: Kept; dispatch: KeptProps['dispatch'] }) {
  const { id, asked, result, compared } = one;
  const what = `${asked.name}, seed ${asked.seed}`;
  return (
    <li>
      <PixelCanvas pixels={result.face} label={`Face for ${what}`} />
      <p>
        {what}
        <br />
        <span class={result.met ? 'met' : 'missed'}>{result.met ? 'met' : 'missed'}</span>, L2{' '}
        {lossText(result.losses.L2)}
      </p>
      <label>
        <input
          type="checkbox"
          checked={compared}
          onChange={(event) => dispatch({ type: 'compare', id, compared: event.currentTarget.checked })}
        />
        Compare<span class="unseen"> {what}</span>
      </label>
      <div class="buttons">
        <SaveButtons one={one} what={what} />
        <button type="button" onClick={() => dispatch({ type: 'remove', id })}>
          Remove<span class="unseen"> {what}</span>
        </button>
      </div>
    </li>
  );
}

/** Several results, each with all that it was made of. */
function Comparison({ kept }: { kept: readonly Kept[] }) {
  const facts = differing(kept.map(factsOf));
  return (
    <section class="comparison" aria-label="Comparison">
      {kept.map((one, index) => (
        <Compared key={one.id} one={one} facts={facts[index]} />
      ))}
    </section>
  );
}

function Compared({ one: { asked, result }, facts }: { one: Kept; facts: Facts }) {
  const scaled = useMemo(() => scaledDown(result.face, asked.size), [result, asked]);
  return (
    <article>
      <h3>{asked.name}</h3>
      <PixelFigure pixels={result.face} label="Face" />
      <div class="small">
        <PixelFigure pixels={asked.target} label="Target" />
        <PixelFigure pixels={scaled} label="Face scaled down" />
      </div>
      <dl>
        {Object.entries(facts).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </article>
  );
}
