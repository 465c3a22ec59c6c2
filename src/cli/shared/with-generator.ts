// Work that needs the generator: opened for it, closed after it, stopped by Ctrl-C.

import { type Generator, type OpenOptions, openGenerator } from '../../index.js';
import type { Console } from './console.js';
import { type Interrupt, interruptible } from './interrupt.js';
import { locateModel } from './locate-model.js';

/**
 * Opens a generator, fetched first where it has to be, and does the work with it.
 *
 * @param stopping what is said at the first Ctrl-C
 */
export async function withGenerator<T>(
  options: OpenOptions,
  console: Console,
  stopping: string,
  work: (generator: Generator, interrupt: Interrupt) => Promise<T>,
): Promise<T> {
  return interruptible(
    () => console.note(stopping),
    async (interrupt) => {
      const { signal } = interrupt;
      const { model, cache } = options;
      const located = model === undefined ? {} : await locateModel(model, console, { cache, signal });
      const onMessage = (text: string) => console.note(text);
      const generator = await openGenerator({ ...options, ...located, onMessage, signal });
      try {
        return await work(generator, interrupt);
      } finally {
        generator.close();
      }
    },
  );
}
