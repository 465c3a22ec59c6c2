import { newFolder } from '../command.js';
import { writeTinyWeights } from '../tiny.js';

/** A generator that is searched in no time. */
export const weights = await writeTinyWeights(newFolder());

/** Options of a quick search. */
export const QUICK = ['--model', weights, '--steps', '3', '--engine', 'native'];
