// How a search stands, for eyes at every step, and for ears as often as one can listen.

import { useEffect, useRef, useState } from 'preact/hooks';
import type { Search } from '../state/state.js';
import { remedy, searchText } from '../state/words.js';

/** While seconds are counted. */
const TICK_MS = 1000;
/** A screen reader takes some seconds for a sentence. */
const SPOKEN_EVERY_MS = 5000;

export function StatusLine({ search }: { search: Search | undefined }) {
  const now = useNow(search?.state === 'running');
  const text = search ? searchText(search, now) : '';
  const said = useSpoken(text, search?.state !== 'running');
  const outcome = search?.result ? (search.result.met ? 'met' : 'missed') : search?.state;
  const advice = search?.failure && remedy(search.failure);
  return (
    <div class="status">
      <p class={`said ${outcome ?? ''}`}>{text || 'Not searched for yet.'}</p>
      {advice && <p>{advice}</p>}
      <p class="unseen" aria-live="polite">
        {said}
      </p>
    </div>
  );
}

/** The time in milliseconds, anew every second while it is wanted. */
function useNow(wanted: boolean): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!wanted) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [wanted]);
  return now;
}

/** A text that changes, now and then; at once where it is final. */
function useSpoken(text: string, final: boolean): string {
  const [said, setSaid] = useState(text);
  const spokenAt = useRef(0);
  useEffect(() => {
    const wait = final ? 0 : Math.max(0, spokenAt.current + SPOKEN_EVERY_MS - Date.now());
    const timer = setTimeout(() => {
      spokenAt.current = Date.now();
      setSaid(text);
    }, wait);
    return () => clearTimeout(timer);
  }, [text, final]);
  return said;
}
