// Starts and stops searches, and tells the state what the backend tells.

import { useCallback, useRef } from 'preact/hooks';
import {
  type AskedSearch,
  type Backend,
  BackendError,
  type BackendInfo,
  type Told,
  type ToldStep,
} from '../backend.js';
import type { Frame } from '../state/frame.js';
import type { Action, Failure, Picture } from '../state/state.js';
import { generatorText } from '../state/words.js';
import { FilmRecorder } from './film.js';
import { cutAt } from './target.js';

type Start = (asked: AskedSearch, picture: Picture, frame: Frame, info: BackendInfo) => Promise<void>;

/** One search at a time: while there is one, `start` does nothing. */
export function useSearch(backend: Backend, dispatch: (action: Action) => void): { start: Start; stop: () => void } {
  const going = useRef<AbortController | undefined>(undefined);
  const start = useCallback<Start>(
    async (asked, picture, frame, info) => {
      if (going.current) return;
      const stopping = new AbortController();
      going.current = stopping;
      try {
        const cut = await cutAt(picture, frame, asked.size);
        const about = { ...asked, name: picture.name, target: cut.target, generator: generatorText(info) };
        dispatch({ type: 'start', asked: about, now: Date.now() });
        const request = { ...asked, model: info.generator.name, picture: cut.pixels };
        const recorder = new FilmRecorder(asked.options.steps);
        await follow(backend.search(request, stopping.signal), recorder, dispatch);
      } catch (error) {
        dispatch({ type: 'no picture', complaint: `${picture.name}: ${failureOf(error).message}` });
      } finally {
        going.current = undefined;
      }
    },
    [backend, dispatch],
  );
  return { start, stop: () => going.current?.abort() };
}

async function follow(
  search: AsyncIterable<Told>,
  recorder: FilmRecorder,
  dispatch: (action: Action) => void,
): Promise<void> {
  // Steps may come faster than the page is drawn.
  let steps: ToldStep[] = [];
  const tellSteps = () => {
    if (steps.length > 0) dispatch({ type: 'steps', steps });
    steps = [];
  };
  try {
    for await (const told of search) {
      if (told.type === 'result') {
        tellSteps();
        dispatch({ type: 'found', result: told, film: recorder.film(told) });
      } else {
        recorder.take(told);
        if (steps.push(told) === 1) requestAnimationFrame(tellSteps);
      }
    }
    tellSteps();
    // After its result a search is no longer running, and this does nothing.
    dispatch({ type: 'stopped' });
  } catch (error) {
    dispatch({ type: 'failed', failure: failureOf(error) });
  }
}

/** What is thrown, as the page has it. */
export function failureOf(error: unknown): Failure {
  if (error instanceof BackendError) return { kind: error.kind, message: error.message };
  return { kind: 'other', message: error instanceof Error ? error.message : String(error) };
}
