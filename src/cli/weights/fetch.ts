// facewright weights fetch: generators into the cache.

import type { ArgumentsCamelCase } from 'yargs';
import { errorText } from '../../errors.js';
import { isAddress } from '../../fetch/address.js';
import { AbortedError, FacewrightError, OFFERS } from '../../index.js';
import { exists } from '../../runs/out-folder.js';
import { unknownName } from '../../weights/locate.js';
import { Arguments } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { exitCode, UsageError } from '../shared/exit.js';
import { interruptible } from '../shared/interrupt.js';
import { locateModel } from '../shared/locate-model.js';

export async function fetchCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const inputs = words.texts('inputs');
  const console = new Console(words.flag('quiet'));
  if (inputs.length === 0)
    throw new UsageError('fetch what? names, for example facewright weights fetch ada-ffhq, or addresses');
  const unknown = inputs.find((input) => !isAddress(input) && !OFFERS.some(({ name }) => name === input));
  if (unknown !== undefined) throw (await exists(unknown)) ? hereAlready(unknown) : unknownName(unknown);
  const options = { cache: words.text('cache'), again: words.flag('force') };
  let failed = 0;
  await interruptible(
    () => console.note('stopping; what is there is kept, and the same command goes on from there; again: stop at once'),
    async ({ signal }) => {
      for (const input of inputs) {
        try {
          const { model, licence } = await locateModel(input, console, { ...options, signal });
          console.result(
            words.flag('json') ? JSON.stringify({ name: input, path: model, licence: licence ?? null }) : model,
          );
        } catch (error) {
          if (error instanceof AbortedError || !(error instanceof FacewrightError)) throw error;
          failed++;
          console.error(`facewright: ${errorText(error)}`);
        }
      }
    },
  );
  return failed > 0 ? exitCode.someFailed : exitCode.done;
}

function hereAlready(path: string): UsageError {
  return new UsageError(`${path}: is a file on this machine already: give it as it is, for example --model ${path}`);
}
