// A search as it goes: what is looked for, what was found so far, and how near that is.

import type { Pixels } from 'facewright/browser';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Kept, Search } from '../state/state.js';
import { LossCurve } from './loss-curve.js';
import { PixelFigure } from './pixel-canvas.js';
import { SaveButtons } from './save-buttons.js';
import { StatusLine } from './status-line.js';
import { scaledDown } from './target.js';

interface LiveProps {
  readonly search: Search | undefined;
  /** What it found. */
  readonly last: Kept | undefined;
  /** What would be searched for next. */
  readonly target: Pixels | undefined;
}

export function Live({ search, last, target }: LiveProps) {
  // What belongs to a search that goes on stays beside it, whatever is chosen meanwhile.
  const shown = search?.state === 'running' ? search.asked.target : (target ?? search?.asked.target);
  // And what belongs to another target is kept below.
  const own = search && samePixels(shown, search.asked.target) ? search : undefined;
  const found = own?.result && last?.result === own.result ? last : undefined;
  const face = own?.face;
  const size = own?.asked.size;
  const scaled = useMemo(() => face && size && scaledDown(face, size), [face, size]);
  const section = useRef<HTMLElement>(null);
  // On a phone it is further down.
  useEffect(() => {
    if (search && section.current!.getBoundingClientRect().top > innerHeight / 2) section.current!.scrollIntoView();
  }, [search?.began]);
  return (
    <section class="live" ref={section} aria-labelledby="search-title">
      <h2 id="search-title">Search</h2>
      <div class="pictures">
        <PixelFigure pixels={shown} label="Target" about={shown && `${shown.width} px`} />
        <PixelFigure pixels={face} label="Face" about={face && `${face.width} px`} />
        <PixelFigure
          pixels={scaled || undefined}
          label="Face scaled down"
          about={scaled ? `${scaled.width} px` : undefined}
        />
      </div>
      <StatusLine search={own} />
      {found && (
        <div class="buttons">
          <SaveButtons one={found} />
        </div>
      )}
      {own && own.trace.length > 0 && (
        <LossCurve trace={own.trace} steps={own.asked.options.steps} eps={own.asked.options.eps} />
      )}
    </section>
  );
}

function samePixels(a: Pixels | undefined, b: Pixels): boolean {
  return a === b || (a?.width === b.width && a.data.every((value, i) => value === b.data[i]));
}
