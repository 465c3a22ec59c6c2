// facewright weights convert: any weight file as one safetensors file.

import { stat } from 'node:fs/promises';
import type { ArgumentsCamelCase } from 'yargs';
import { convertWeights, type GaussianFit, inspectWeights, openGenerator } from '../../index.js';
import { exists } from '../../runs/out-folder.js';
import { byteCount } from '../../words.js';
import { Arguments, openOptions } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { exitCode, UsageError } from '../shared/exit.js';
import { interruptible } from '../shared/interrupt.js';
import { type LocatedModel, locateModel } from '../shared/locate-model.js';

export async function convertCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const inputs = words.texts('inputs');
  const console = new Console(words.flag('quiet'));
  if (inputs.length !== 2) {
    throw new UsageError(
      'convert takes a file and a new name, for example facewright weights convert ffhq.pkl ffhq.safetensors',
    );
  }
  const [from, out] = inputs;
  if (!/\.safetensors$/i.test(out)) throw new UsageError(`${out}: must end in .safetensors, which is what is written`);
  if (!words.flag('force') && (await exists(out))) {
    throw new UsageError(`${out}: is there already; choose another name, or overwrite it with --force`);
  }
  const opening = openOptions(words);
  if (opening.class !== undefined && !words.flag('fit')) {
    throw new UsageError('--class says which class --fit is made for; without it leave it out: all classes are kept');
  }
  return interruptible(
    () => console.note('stopping; again: stop at once'),
    async ({ signal }) => {
      const located = await locateModel(from, console, { cache: opening.cache, signal });
      const fit = words.flag('fit') ? await missingFit(located, words, console, signal) : undefined;
      await convertWeights(located.model, out, {
        half: words.flag('half'),
        licence: located.licence,
        fit,
        class: opening.class,
      });
      const { sha256, licence } = await inspectWeights(out);
      const { size } = await stat(out);
      const result = { output: out, bytes: size, sha256, licence };
      console.result(words.flag('json') ? JSON.stringify(result) : `${out}: ${byteCount(size)}, licence ${licence}`);
      return exitCode.done;
    },
  );
}

/** The fit of a file that has none, or that of another class, made on an engine. */
async function missingFit(
  located: LocatedModel,
  words: Arguments,
  console: Console,
  signal: AbortSignal,
): Promise<GaussianFit | undefined> {
  const opening = openOptions(words);
  const { gaussian_fit: isThere, fit_class: itsClass } = await inspectWeights(located.model);
  if (isThere && (opening.class === undefined || opening.class === itsClass)) return undefined;
  const onMessage = (text: string) => console.note(text);
  const generator = await openGenerator({ ...opening, ...located, onMessage, signal });
  try {
    if (generator.fit === undefined) {
      throw new UsageError(`${located.model}: has no mapping network, so no fit can be made; convert it without --fit`);
    }
    return generator.fit;
  } finally {
    generator.close();
  }
}
