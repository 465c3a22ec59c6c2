import { performance } from 'node:perf_hooks';
import { type Choice, kernelDevice } from '../../engine/webgpu/variants.js';
import { DeviceLostError, FacewrightError } from '../../errors.js';
import { isolate, type Program } from '../../graph/fuse/program.js';
import { tunedMachine } from '../../node/dawn.js';
import { readShaders } from '../../node/paths.js';
import { kernelHashes } from '../../node/tuned.js';
import type { BenchDevice } from '../kernels/bench-device.js';
import { longFma } from '../kernels/ceilings.js';
import { Control } from '../kernels/control.js';
import { compilerOn, randomValues, relativeError, runOnce, type Values } from '../kernels/oracle.js';
import { type Prepared, prepareAll } from '../kernels/prepare.js';
import { timeInTurn, timeLaunches } from '../kernels/time.js';
import { CannotRunError, type CaseMeter, type TuneBench } from './meter.js';
import { launchesOf, type TuneCase } from './tune-cases.js';

/** A look is short: five passes of a millisecond, or fewer where launches are long. */
const LOOK = { samples: 5, budget: 0.02 };

/** Tunes on a device: `close` what is returned, then the device. */
export async function tuneBench(bench: BenchDevice, batch: number): Promise<TuneBench & { close(): void }> {
  const control = await Control.open(bench, await longFma(bench));
  return {
    machine: tunedMachine(bench.info),
    hashOf: kernelHashes(await readShaders()),
    batch,
    meter: (of) => caseMeter(bench, of, batch),
    control: async () => {
      await control.measure();
      return control.drift().last;
    },
    now: () => performance.now() * 1e-3,
    close: () => control.close(),
  };
}

/** Measures the choices of one case on a device, with so many pictures in a launch. */
export function caseMeter(bench: BenchDevice, of: TuneCase, batch: number): CaseMeter {
  return new DeviceMeter(bench, of, batch);
}

class DeviceMeter implements CaseMeter {
  /** In a step what a launch reads was pushed out of the caches of a GPU; on a processor making data anew takes longer than a look. */
  readonly #cold: boolean;
  /** The op by itself with random numbers, and what the usual choice makes of them: made when first wanted, for all choices. */
  #trial: Promise<{ program: Program; values: Values; expected: Values }> | undefined;

  constructor(
    private readonly bench: BenchDevice,
    private readonly of: TuneCase,
    private readonly batch: number,
  ) {
    this.#cold = !bench.info.software;
  }

  async error(choice: Choice): Promise<number> {
    this.#trial ??= this.#runnable(async () => {
      const program = isolate(this.of.example, 1);
      const values = randomValues(program);
      return { program, values, expected: await this.#run(this.of.choices[0], program, values) };
    });
    const { program, values, expected } = await this.#trial;
    const found = await this.#runnable(() => this.#run(choice, program, values));
    return Math.max(...[...expected].map(([name, values]) => relativeError(found.get(name)!, values)));
  }

  look(choice: Choice): Promise<readonly number[]> {
    return this.#prepared(
      [choice],
      async ([one]) => (await timeLaunches(this.bench, one, { ...LOOK, cold: this.#cold })).samples,
    );
  }

  inTurn(pair: readonly [Choice, Choice], seconds: number): Promise<readonly [readonly number[], readonly number[]]> {
    return this.#prepared(pair, async ([a, b]) => {
      const [first, second] = await timeInTurn(this.bench, [a, b], { budget: seconds, cold: this.#cold });
      return [first.samples, second.samples] as const;
    });
  }

  #launches(choice: Choice) {
    return launchesOf(this.of, choice, this.bench.kernelDevice);
  }

  async #prepared<T>(choices: readonly Choice[], work: (prepared: readonly Prepared[]) => Promise<T>): Promise<T> {
    const prepared: Prepared[] = [];
    const options = { batch: this.batch, warmOnly: !this.#cold };
    try {
      for (const choice of choices) {
        prepared.push(await this.#runnable(() => prepareAll(this.bench, this.#launches(choice), options)));
      }
      return await work(prepared);
    } finally {
      for (const one of prepared) one.destroy();
    }
  }

  #run(choice: Choice, program: Program, values: Values): Promise<Values> {
    const device = kernelDevice(this.bench.device, () => choice);
    return runOnce(compilerOn({ ...this.bench, kernelDevice: device }), program, values);
  }

  /** What the device refuses is a choice that cannot run, as long as the device itself is well. */
  async #runnable<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof FacewrightError) || error instanceof DeviceLostError) throw error;
      this.bench.guard.check();
      throw new CannotRunError(error.message);
    }
  }
}
