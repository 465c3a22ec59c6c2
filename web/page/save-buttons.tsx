// What was found, to be saved: the face, and the film of how it came about.

import { useState } from 'preact/hooks';
import type { Kept } from '../state/state.js';
import { filmFile } from './film.js';
import { savePng } from './save.js';

interface SaveButtonsProps {
  readonly one: Kept;
  /** For who does not see beside what the buttons stand. */
  readonly what?: string;
}

export function SaveButtons({ one: { asked, result, film }, what }: SaveButtonsProps) {
  const [making, setMaking] = useState(false);
  const [complaint, setComplaint] = useState<string>();
  const unseen = what && <span class="unseen"> for {what}</span>;
  const saveFilm = async () => {
    setMaking(true);
    setComplaint(undefined);
    try {
      savePng(await filmFile(film, asked.target, result.png), `${asked.name}.film`);
    } catch (error) {
      setComplaint(`The film cannot be made here: ${(error as Error).message}`);
    }
    setMaking(false);
  };
  return (
    <>
      <button type="button" onClick={() => savePng(result.png, asked.name)}>
        Save the face{unseen}
      </button>
      <button type="button" aria-disabled={making} onClick={() => !making && saveFilm()}>
        {making ? 'Making the film …' : 'Save the film'}
        {unseen}
      </button>
      {complaint && (
        <p class="complaint" role="alert">
          {complaint}
        </p>
      )}
    </>
  );
}
