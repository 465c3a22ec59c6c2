// All that the page knows, and how it changes: one pure function.

import type { Pixels } from 'facewright/browser';
import type { AskedSearch, BackendInfo, FailureKind, Readying, ToldResult, ToldStep } from '../backend.js';
import { type Faces, frameAfter } from './faces.js';
import type { Film } from './film.js';
import { centreFrame, type Frame, type Size } from './frame.js';
import { type Field, type Settings, settingsFor } from './settings.js';

export interface Failure {
  readonly kind: FailureKind;
  readonly message: string;
}

/** The backend: what it has, what it is getting ready, and why it could not. */
export interface Model {
  readonly info?: BackendInfo;
  readonly readying?: Readying;
  readonly failure?: Failure;
}

/** A picture that was chosen. */
export interface Picture extends Size {
  /** Its file's name without the extension. */
  readonly name: string;
  /** Where the page finds it. */
  readonly address: string;
}

/** What a search was asked for, without the pixels of its picture. */
export interface Asked extends AskedSearch {
  readonly name: string;
  /** What is searched for. */
  readonly target: Pixels;
  readonly generator: string;
}

/** A search that goes on or has ended. */
export interface Search {
  readonly asked: Asked;
  /** In milliseconds, as the clock has it. */
  readonly began: number;
  readonly state: 'running' | 'stopped' | 'failed' | 'done';
  /** The last step that was told, and with it the losses of its restart until then. */
  readonly step?: ToldStep;
  readonly trace: readonly ToldStep['losses'][];
  /** The best face so far. */
  readonly face?: Pixels;
  readonly result?: ToldResult;
  readonly failure?: Failure;
}

/** A result that is kept on the page. */
export interface Kept {
  readonly id: number;
  readonly asked: Asked;
  readonly result: ToldResult;
  /** How it came about. */
  readonly film: Film;
  readonly compared: boolean;
}

export interface State {
  readonly model: Model;
  readonly picture?: Picture;
  readonly frame?: Frame;
  /** Of the picture; unknown for emoji, whose faces fill them. */
  readonly faces?: Faces;
  /** Why the file that was given is no picture. */
  readonly pictureComplaint?: string;
  /** Unknown until there is a generator. */
  readonly settings?: Settings;
  readonly search?: Search;
  /** The latest first. */
  readonly kept: readonly Kept[];
}

export type Action =
  | { readonly type: 'readying'; readonly readying: Readying }
  | { readonly type: 'ready'; readonly info: BackendInfo }
  | { readonly type: 'unready'; readonly failure: Failure }
  /** `look` says whether faces are to be looked for. */
  | { readonly type: 'picture'; readonly picture: Picture; readonly look: boolean }
  | { readonly type: 'faces'; readonly picture: Picture; readonly faces: Faces }
  | { readonly type: 'no picture'; readonly complaint: string }
  | { readonly type: 'frame'; readonly frame: Frame }
  | { readonly type: 'setting'; readonly field: Field; readonly text: string }
  | { readonly type: 'start'; readonly asked: Asked; readonly now: number }
  /** Steps that were told since the page was last drawn: at least one. */
  | { readonly type: 'steps'; readonly steps: readonly ToldStep[] }
  | { readonly type: 'found'; readonly result: ToldResult; readonly film: Film }
  | { readonly type: 'stopped' }
  | { readonly type: 'failed'; readonly failure: Failure }
  | { readonly type: 'compare'; readonly id: number; readonly compared: boolean }
  | { readonly type: 'remove'; readonly id: number };

export const initialState: State = { model: {}, kept: [] };

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case 'readying':
      return { ...state, model: { info: state.model.info, readying: action.readying } };
    case 'ready':
      return { ...state, model: { info: action.info }, settings: settingsFor(action.info, state.settings) };
    case 'unready':
      return { ...state, model: { info: state.model.info, failure: action.failure } };
    case 'picture':
      return {
        ...state,
        picture: action.picture,
        frame: centreFrame(action.picture),
        faces: action.look ? { state: 'looking' } : undefined,
        pictureComplaint: undefined,
      };
    case 'faces':
      // Of another picture nobody wants to know any more.
      return action.picture === state.picture ? { ...state, ...afterLook(state, action.faces) } : state;
    case 'no picture':
      return { ...state, pictureComplaint: action.complaint };
    case 'frame':
      return { ...state, frame: action.frame };
    case 'setting':
      return state.settings ? { ...state, settings: { ...state.settings, [action.field]: action.text } } : state;
    case 'start':
      return { ...state, search: { asked: action.asked, began: action.now, state: 'running', trace: [] } };
    case 'steps':
    case 'found':
    case 'stopped':
    case 'failed':
      return state.search?.state === 'running' ? afterSearch(state, state.search, action) : state;
    case 'compare':
      return {
        ...state,
        kept: state.kept.map((one) => (one.id === action.id ? { ...one, compared: action.compared } : one)),
      };
    case 'remove':
      return { ...state, kept: state.kept.filter(({ id }) => id !== action.id) };
  }
}

function afterLook({ picture, frame }: State, faces: Faces): Pick<State, 'faces' | 'frame'> {
  const found = faces.state === 'looked' && picture && frame;
  return { faces, frame: found ? frameAfter(faces.seen, frame, picture) : frame };
}

/** What a running search becomes. */
function afterSearch(
  state: State,
  search: Search,
  action: Action & { type: 'steps' | 'found' | 'stopped' | 'failed' },
): State {
  if (action.type === 'stopped') return { ...state, search: { ...search, state: 'stopped' } };
  if (action.type === 'failed') return { ...state, search: { ...search, state: 'failed', failure: action.failure } };
  if (action.type === 'steps') return { ...state, search: afterSteps(search, action.steps) };
  const { result, film } = action;
  const id = 1 + Math.max(0, ...state.kept.map((one) => one.id));
  const done = { ...search, state: 'done', result, trace: result.trace, face: result.face } as const;
  return { ...state, search: done, kept: [{ id, asked: search.asked, result, film, compared: false }, ...state.kept] };
}

function afterSteps(search: Search, steps: readonly ToldStep[]): Search {
  // A restart begins anew.
  const first = steps.findLastIndex(({ step }) => step === 1);
  const trace = [...(first < 0 ? search.trace : []), ...steps.slice(Math.max(first, 0)).map(({ losses }) => losses)];
  const face = steps.findLast((told) => told.face !== undefined)?.face ?? search.face;
  return { ...search, step: steps.at(-1), trace, face };
}
