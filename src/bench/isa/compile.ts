// Compiles pipelines for a GPU that is not there, and hands over what Mesa prints of each.

import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StoragePrecision } from '../../engine/webgpu/assemble.js';
import { FacewrightError } from '../../errors.js';
import { MissingToolError, nullGpuEnvironment } from './null-gpu.js';
import { type FromChild, MARK, type NullDevice, type Pipeline, type ToChild } from './null-gpu-messages.js';

const CHILD = fileURLToPath(new URL('compile-child.js', import.meta.url));
/** Pipelines that are worth a process of their own, which takes half a second to start. */
const WORTH_A_PROCESS = 8;

/** A family of GPUs that pipelines are compiled for. */
export interface NullGpu {
  readonly device: NullDevice;
  /**
   * What is printed of each pipeline, in the order of the pipelines. Can be called once.
   * @throws FacewrightError where one does not compile
   */
  compile(pipelines: readonly Pipeline[]): Promise<string[]>;
  close(): Promise<void>;
}

/**
 * A device for a GPU of that family, with what a precision may use of it. Who opens it closes it.
 *
 * @throws MissingToolError where a tool is missing
 * @throws FacewrightError where Mesa knows no such family
 */
export async function openNullGpu(family: string, precision: StoragePrecision = 'f32'): Promise<NullGpu> {
  if (!/^[a-z0-9_]+$/i.test(family)) throw unknownFamily(family);
  const environment = await nullGpuEnvironment(family);
  const folder = await mkdtemp(join(tmpdir(), 'facewright-isa-'));
  const compiler = (number: number) => new Compiler(environment, join(folder, `${number}.txt`), precision);
  const compilers = [compiler(0)];
  const close = async () => {
    await Promise.all(compilers.map((one) => one.end()));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const device = await compilers[0].open();
    return {
      device,
      close,
      compile: async (pipelines) => {
        const wanted = Math.min(availableParallelism(), Math.ceil(pipelines.length / WORTH_A_PROCESS));
        while (compilers.length < wanted) {
          compilers.push(compiler(compilers.length));
        }
        const shares = compilers.map((_, share) =>
          pipelines.filter((_one, index) => index % compilers.length === share),
        );
        const printed = await Promise.all(compilers.map((one, share) => one.compile(shares[share])));
        return pipelines.map((_, index) => printed[index % compilers.length][Math.floor(index / compilers.length)]);
      },
    };
  } catch (error) {
    await close();
    if (error instanceof EndedError && /Unknown family/.test(error.printed)) throw unknownFamily(family);
    throw error;
  }
}

function unknownFamily(family: string): FacewrightError {
  return new FacewrightError(
    `--isa ${family}: this Mesa knows no such family of GPUs; for example navi21, navi31, gfx1201, vega10, mi200`,
  );
}

/** The process ended by itself. */
class EndedError extends FacewrightError {
  constructor(
    message: string,
    readonly printed: string,
  ) {
    super(message);
  }
}

/** A process that compiles. */
class Compiler {
  readonly #opened: Promise<NullDevice>;
  readonly #messages: ((message: FromChild | Error) => void)[] = [];
  readonly #received: (FromChild | Error)[] = [];
  #child: ChildProcess | undefined;

  constructor(
    environment: NodeJS.ProcessEnv,
    private readonly path: string,
    private readonly precision: StoragePrecision,
  ) {
    this.#opened = this.#start(environment);
    this.#opened.catch(() => undefined);
  }

  open(): Promise<NullDevice> {
    return this.#opened;
  }

  /** What is printed of each. */
  async compile(pipelines: readonly Pipeline[]): Promise<string[]> {
    await this.#opened;
    this.#child?.send({ pipelines } satisfies ToChild);
    const answer = await this.#next();
    if (answer.kind !== 'compiled') throw new Error(`compiling was answered with ${answer.kind}`);
    const [, ...printed] = (await readFile(this.path, 'utf8')).split(`\n${MARK}`);
    if (printed.length !== pipelines.length) {
      throw new Error(`${pipelines.length} pipelines were compiled, and ${printed.length} printed`);
    }
    return printed;
  }

  async end(): Promise<void> {
    await this.#opened.catch(() => undefined);
    if (this.#child?.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child?.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await ended;
  }

  async #start(environment: NodeJS.ProcessEnv): Promise<NullDevice> {
    // To a file: C's stderr loses text on a pipe that is not read at once.
    const file = await open(this.path, 'w');
    try {
      this.#child = fork(CHILD, [this.precision], {
        env: environment,
        execArgv: [],
        stdio: ['ignore', 'ignore', file.fd, 'ipc'],
      });
    } finally {
      await file.close();
    }
    this.#child.on('message', (message) => this.#hear(message as FromChild));
    this.#child.on('exit', (code, signal) => {
      void this.#endedError(`exit code ${code ?? signal}`).then((error) => this.#hear(error));
    });
    const answer = await this.#next().catch((error: unknown) => {
      if (!(error instanceof FacewrightError) || error instanceof EndedError) throw error;
      throw new MissingToolError(
        `Mesa's RADV, version 24 or later, is needed for ${environment.RADV_FORCE_FAMILY}; here: ${error.message}`,
      );
    });
    if (answer.kind !== 'opened') throw new Error(`opening was answered with ${answer.kind}`);
    return answer.device;
  }

  async #endedError(how: string): Promise<EndedError> {
    const printed = await readFile(this.path, 'utf8').catch(() => '');
    const last = printed.trim().split('\n').at(-1) ?? '';
    return new EndedError(`Mesa's compiler ended with ${how}; the last that it printed: ${last}`, printed);
  }

  #hear(message: FromChild | Error): void {
    const waiting = this.#messages.shift();
    if (waiting === undefined) this.#received.push(message);
    else waiting(message);
  }

  async #next(): Promise<Exclude<FromChild, { kind: 'failed' }>> {
    const message =
      this.#received.shift() ?? (await new Promise<FromChild | Error>((resolve) => this.#messages.push(resolve)));
    if (message instanceof Error) throw message;
    if (message.kind === 'failed') {
      throw message.forPeople ? new FacewrightError(message.message) : new Error(message.message);
    }
    return message;
  }
}
