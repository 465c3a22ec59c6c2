// The sentences of the page that say how things stand.

import type { SearchLosses } from 'facewright/browser';
import type { BackendInfo, Readying, ToldResult } from '../backend.js';
import type { Faces } from './faces.js';
import { type Frame, sameFrame } from './frame.js';
import type { Failure, Search } from './state.js';

/** A loss as people read it. */
export function lossText(loss: number): string {
  return Number.isNaN(loss) ? 'none' : loss.toFixed(4);
}

/** What a backend is at while it gets ready. */
export function readyingText({ what, share }: Readying): string {
  const percent = share === undefined ? '' : ` ${Math.floor(100 * share)} %`;
  if (what === 'engine') return 'looking for a GPU';
  return what === 'weights' ? `loading the generator${percent}` : `measuring the generator's latents${percent}`;
}

/** What a generator is. */
export function generatorText({ generator: { name, resolution } }: Pick<BackendInfo, 'generator'>): string {
  return `${name}, ${resolution} px`;
}

/** What else there is to be said of it, and of what it runs on. */
export function aboutText({ generator: { licence }, engine: { adapter } }: BackendInfo): string {
  return [`on ${adapter}`, licence === 'unknown' ? 'licence unknown' : `licence ${licence}`].join('; ');
}

/** From so many degrees on a face is plainly turned. */
const TURNED = 10;

/** What is known of the faces of a picture, and what the frame has to do with them. */
export function facesText(faces: Faces, frame: Frame): string {
  if (faces.state === 'looking') return 'Looking for a face …';
  if (faces.state === 'failed') return `Faces cannot be looked for (${faces.message}); cut the square by hand.`;
  const { seen } = faces;
  if (seen.length === 0) return 'No face was found; cut the square so that a face fills it.';
  const found = seen.length === 1 ? 'A face was found.' : `${seen.length} faces were found, the largest first.`;
  const around = seen.find((face) => sameFrame(face.frame, frame));
  if (!around) return found;
  const which = seen.length === 1 ? 'it' : around === seen[0] ? 'the largest' : 'another';
  const turned = Math.abs(around.turned) < TURNED ? '' : `, which is turned by ${Math.round(Math.abs(around.turned))}°`;
  return `${found} The square is around ${which}${turned}.`;
}

/** How a search stands. @param now in milliseconds, by the clock of `began` */
export function searchText(search: Search, now: number): string {
  const { state, step, asked, result, failure } = search;
  if (failure) return `failed: ${failureText(failure)}`;
  if (result) return resultText(result, asked.options.eps);
  const where = step && `${restartText(step.restart, asked.restarts)}step ${step.step} of ${step.steps}`;
  if (state === 'stopped') return where ? `stopped at ${where}: L2 ${lossText(step.losses.L2)}` : 'stopped';
  if (!where) return `compiling ${Math.floor(Math.max(now - search.began, 0) / 1000)} s`;
  return `${where}: L2 ${lossText(step.losses.L2)}`;
}

function restartText(restart: number, restarts: number): string {
  return restarts > 1 ? `restart ${restart + 1} of ${restarts}, ` : '';
}

/** What was found, in a sentence. */
export function resultText({ met, losses, bestStep }: ToldResult, eps: number): string {
  if (bestStep < 0) return 'missed: no step had a finite loss';
  const near = `L2 ${lossText(losses.L2)}, ${met ? 'within' : 'beyond'} eps ${eps}`;
  return `${met ? 'met' : 'missed'}: ${near}; best at step ${bestStep + 1}`;
}

/** The curve for who does not see it. */
export function curveText(trace: readonly SearchLosses[], eps: number): string {
  if (trace.length === 0) return 'No losses yet';
  const [first, last] = [trace[0], trace[trace.length - 1]];
  const steps = `${trace.length} ${trace.length === 1 ? 'step' : 'steps'}`;
  const way = (name: 'L2' | 'TOTAL') => `${name} from ${lossText(first[name])} to ${lossText(last[name])}`;
  return `Losses over ${steps}: ${way('L2')}, ${way('TOTAL')}; eps is ${eps}`;
}

/** What went wrong. Messages about the GPU name options of the command. */
function failureText({ kind, message }: Failure): string {
  if (kind === 'lost') return 'the GPU was lost';
  return kind === 'memory' ? 'there is too little memory' : message;
}

/** What a person can do about a failure, beside what its message says. */
export function remedy({ kind }: Failure): string | undefined {
  switch (kind) {
    case 'lost':
      return 'The GPU was reset, or given to something else. Start again: it is opened anew.';
    case 'memory':
      return 'Close other tabs and programs that use the GPU, or take a smaller generator. Then start again.';
    default:
      return undefined;
  }
}
