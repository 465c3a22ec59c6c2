// facewright serve: searches over HTTP.

import type { ArgumentsCamelCase } from 'yargs';
import { serveFaces } from '../../index.js';
import { checkAccess } from '../../serve/access.js';
import { usualPlace } from '../../serve/limits.js';
import { licenceText } from '../../words.js';
import { Arguments, openOptions } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { describeFailure, exitCode } from '../shared/exit.js';
import { wholeNumber } from '../shared/values.js';
import { withGenerators } from '../shared/with-generator.js';

export async function serveCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const console = new Console(words.flag('quiet'));
  const whole = (name: string, least: number, most?: number) =>
    words.value(name, (option, text) => wholeNumber(option, text, least, most));
  const options = {
    host: words.text('host'),
    port: whole('port', 0, 65_535),
    token: words.text('token') ?? process.env.FACEWRIGHT_TOKEN,
    waiting: whole('max-waiting', 0),
    steps: whole('max-steps', 1),
    bytes: whole('max-bytes', 1),
    pixels: whole('max-pixels', 1),
  };
  const models = words.list('model');
  // Before weights are read, which may take long.
  checkAccess({ host: options.host ?? usualPlace.host, token: options.token });
  return withGenerators(
    models.length > 0 ? models : [undefined],
    openOptions(words),
    console,
    'stopping; again: stop at once',
    async (generators, { signal }) => {
      const server = await serveFaces(generators, {
        ...options,
        onDefect: (error) => console.error(describeFailure(error)),
      });
      for (const { info } of generators)
        console.note(`${info.name}, ${info.resolution} px, ${licenceText(info.licence)}`);
      console.note(`on ${generators[0].engine.info.adapter}; Ctrl-C ends it`);
      console.result(server.url);
      await raised(signal);
      await server.close();
      return exitCode.done;
    },
  );
}

function raised(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
