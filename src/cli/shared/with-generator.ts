// Work that needs generators: opened for it, closed after it, stopped by Ctrl-C.

import { type Generator, type OpenOptions, openGenerator } from '../../index.js';
import type { Console } from './console.js';
import { type Interrupt, interruptible } from './interrupt.js';
import { locateModel } from './locate-model.js';

/**
 * Opens a generator, fetched first where it has to be, and does the work with it.
 *
 * @param stopping what is said at the first Ctrl-C
 */
export function withGenerator<T>(
  options: OpenOptions,
  console: Console,
  stopping: string,
  work: (generator: Generator, interrupt: Interrupt) => Promise<T>,
): Promise<T> {
  return withGenerators([options.model], options, console, stopping, ([generator], interrupt) =>
    work(generator, interrupt),
  );
}

/**
 * Opens generators on one engine, each fetched first where it has to be, and does the work with them.
 *
 * @param models at least one; undefined is the demo generator
 * @param options of all but `model`
 * @param stopping what is said at the first Ctrl-C
 */
export function withGenerators<T>(
  models: readonly (string | undefined)[],
  options: OpenOptions,
  console: Console,
  stopping: string,
  work: (generators: readonly Generator[], interrupt: Interrupt) => Promise<T>,
): Promise<T> {
  return interruptible(
    () => console.note(stopping),
    async (interrupt) => {
      const generators: Generator[] = [];
      try {
        for (const model of models) {
          // The first has an engine of its own, which closes with it.
          const engine = generators[0]?.engine ?? options.engine;
          generators.push(await openFetched({ ...options, model, engine }, console, interrupt.signal));
        }
        return await work(generators, interrupt);
      } finally {
        for (const generator of generators.reverse()) generator.close();
      }
    },
  );
}

async function openFetched(options: OpenOptions, console: Console, signal: AbortSignal): Promise<Generator> {
  const { model, cache } = options;
  const located = model === undefined ? {} : await locateModel(model, console, { cache, signal });
  const onMessage = (text: string) => console.note(text);
  return openGenerator({ ...options, ...located, onMessage, signal });
}
