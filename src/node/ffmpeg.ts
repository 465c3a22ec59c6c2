// The ffmpeg that is installed, run without a shell. What it is given is a list of words of ours and raw pictures.

import { type ChildProcess, spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AbortedError, FacewrightError } from '../errors.js';

/** Names an ffmpeg that is not on the PATH, or another one than is there. */
export const FFMPEG_VARIABLE = 'FACEWRIGHT_FFMPEG';

/** What is kept of the last that ffmpeg complained about, in characters. */
const MOST_COMPLAINT = 2000;

const HOW_TO_INSTALL =
  'install it (Debian, Ubuntu: apt-get install ffmpeg; macOS: brew install ffmpeg; Windows: winget install ffmpeg)';

function ffmpegPath(): string {
  return process.env[FFMPEG_VARIABLE] || 'ffmpeg';
}

/**
 * Makes sure that there is an ffmpeg, and that it has what a format takes.
 *
 * @param format as people call it, for the message
 * @throws FacewrightError that says what to install
 */
export async function requireFfmpeg(
  format: string,
  needs: { readonly encoder: string; readonly muxer: string },
  signal?: AbortSignal,
): Promise<void> {
  const lists = [
    ['encoder', '-encoders', needs.encoder],
    ['muxer', '-muxers', needs.muxer],
  ] as const;
  for (const [kind, option, name] of lists) {
    let list = '';
    await runFfmpeg(format, ['-hide_banner', '-loglevel', 'error', option], {
      signal,
      onOutput: (text) => {
        list += text;
      },
    });
    // ` V....D libx264              libx264 H.264 …`
    if (!list.split('\n').some((line) => line.trim().split(/\s+/)[1] === name)) {
      throw new FacewrightError(
        `${format} needs an ffmpeg with the ${kind} ${name}, which ${ffmpegPath()} lacks; ` +
          `install a full or newer build of ffmpeg and name it in ${FFMPEG_VARIABLE}, or choose webp, gif or apng`,
      );
    }
  }
}

export interface FfmpegRun {
  /** Kills ffmpeg. */
  readonly signal?: AbortSignal | undefined;
  /** What it reads from its standard input. */
  readonly input?: AsyncIterable<Uint8Array>;
  /** What it writes to its standard output, piece by piece. */
  readonly onOutput?: (text: string) => void;
}

/**
 * Runs ffmpeg to its end.
 *
 * @throws FacewrightError when it cannot be run or fails, with its own words; AbortedError when the signal is raised;
 *   what reading the input throws: ffmpeg is then killed
 */
export async function runFfmpeg(format: string, words: readonly string[], run: FfmpegRun): Promise<void> {
  const path = ffmpegPath();
  if (run.signal?.aborted) throw new AbortedError('stopped before ffmpeg was run');
  const child = spawn(path, words, { stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
  let complaint = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => run.onOutput?.(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-MOST_COMPLAINT);
  });
  const kill = () => child.kill('SIGKILL');
  run.signal?.addEventListener('abort', kill);
  const ended = endOf(child, format, path);
  // Awaited below; a failure to start may come while the input is still being written.
  ended.catch(() => undefined);
  try {
    await feed(child, run.input);
    const code = await ended;
    if (run.signal?.aborted) throw new AbortedError('stopped while ffmpeg was encoding');
    if (code !== 0) {
      const said = complaint.trim().replaceAll(/\s*\n\s*/g, '; ');
      throw new FacewrightError(`${format}: ${path} failed (${said || `exit code ${code}`}); choose webp, gif or apng`);
    }
  } finally {
    run.signal?.removeEventListener('abort', kill);
    if (child.exitCode === null) kill();
  }
}

/** The exit code; null when it was killed. */
function endOf(child: ChildProcess, format: string, path: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      const named = process.env[FFMPEG_VARIABLE] !== undefined;
      const what =
        error.code === 'ENOENT' && !named
          ? `${format} needs ffmpeg, which is not installed; ${HOW_TO_INSTALL}`
          : `${format} needs ffmpeg, and ${path} cannot be run (${error.code}); ${HOW_TO_INSTALL}`;
      reject(new FacewrightError(`${what}, name it in ${FFMPEG_VARIABLE}, or choose webp, gif or apng`));
    });
    child.on('close', resolve);
  });
}

/** Writes the input, no faster than it is read. @throws what reading the input throws */
async function feed({ stdin }: ChildProcess, input: AsyncIterable<Uint8Array> = noInput()): Promise<void> {
  let failed = false;
  let failure: unknown;
  async function* watched() {
    try {
      yield* input;
    } catch (error) {
      failed = true;
      failure = error;
      throw error;
    }
  }
  // A stream that is destroyed throws into what it reads from (Node 22): that ends here, and is no failure of the input.
  async function* pieces() {
    for await (const piece of watched()) yield piece;
  }
  try {
    await pipeline(Readable.from(pieces(), { objectMode: true, highWaterMark: 1 }), stdin!);
  } catch {
    // A process that ends before its time breaks the pipe: its exit code and its words say why.
    if (failed) throw failure;
  }
}

async function* noInput(): AsyncGenerator<Uint8Array> {}
