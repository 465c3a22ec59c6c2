// What becomes of the command when what it says cannot be written any more.

import { exitCode } from './exit.js';

/**
 * Ends the command quietly when its reader has seen enough, such as head: work that Ctrl-C stops is stopped in the same
 * way, so that what is found is written, and anything else at once. Where stdout or stderr cannot be written for another
 * reason, such as a full disk, that is said, where it still can be.
 */
export function endWithOutput(): void {
  let hasFailed = false;
  for (const [name, stream] of [
    ['stdout', process.stdout],
    ['stderr', process.stderr],
  ] as const) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (hasFailed) return;
      hasFailed = true;
      if (error.code !== 'EPIPE') {
        process.stderr.write(`facewright: ${name} cannot be written (${error.code ?? error.message})\n`);
        process.exit(exitCode.someFailed);
      }
      if (process.listenerCount('SIGINT') > 0) process.emit('SIGINT');
      else process.exit(process.exitCode ?? exitCode.done);
    });
  }
}
