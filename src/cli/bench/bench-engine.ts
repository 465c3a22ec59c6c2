// The engine that a bench of whole steps runs on.

import { convolutionVariants } from '../../engine/webgpu/convolution-variants.js';
import type { HostWatch } from '../../engine/webgpu/host-spans.js';
import { preferring } from '../../engine/webgpu/variants.js';
import { type Engine, type EngineInfo, openEngine, openNative, openWebGpu } from '../../index.js';
import { engineNames } from '../../node/engines.js';
import { type Arguments, openOptions } from '../shared/arguments.js';
import { UsageError } from '../shared/exit.js';
import { oneOf } from '../shared/values.js';

/** Options that say which engine, and how it is set up. */
export const benchEngineOptions = ['engine', 'adapter', 'kernels', 'threads', 'isa', 'precision', 'convolutions'];

const variantNames = Object.values(convolutionVariants).flatMap((variants) => variants.map(({ kernel }) => kernel));

/** @throws UsageError for options of the other engine, and for what is none */
export async function openBenchEngine(words: Arguments): Promise<Engine> {
  const { adapter, threads, precision, tuned } = openOptions(words);
  const engine = words.value('engine', (option, text) => oneOf(option, text, engineNames));
  const isa = words.text('isa');
  const convolutions = words.value('convolutions', (option, text) =>
    oneOf(option, text, ['direct', 'winograd'] as const),
  );
  const kernels = readKernels(words);
  if (kernels !== undefined) {
    if (engine === 'native' || precision === 'bf16') {
      throw new UsageError('--kernels is for the webgpu engine; leave it out');
    }
    return openWebGpu({ adapter, precision, measured: preferring(kernels) });
  }
  if (isa !== undefined || convolutions !== undefined) {
    if (engine === 'webgpu' || adapter !== undefined) {
      throw new UsageError(
        '--isa and --convolutions are for the native engine; leave them out, or choose --engine native',
      );
    }
    return openNative({ threads, isa, precision, convolutions });
  }
  return openEngine({ engine, adapter, threads, precision, tuned });
}

/**
 * The webgpu engine, with a clock that is not rounded.
 *
 * @param watch told what the processor does
 * @throws UsageError for options of the native one
 */
export async function openWatchedEngine(words: Arguments, watch: HostWatch): Promise<Engine> {
  const native = ['threads', 'isa', 'convolutions'].find((name) => words.text(name) !== undefined);
  const { adapter, engine, precision, tuned } = openOptions(words);
  if (native !== undefined || engine === 'native' || precision === 'bf16') {
    const wrong = native ?? (engine === 'native' ? 'engine native' : 'precision bf16');
    throw new UsageError(
      `--trace is for the webgpu engine, as the native one does not tell when a kernel begins; leave out --${wrong}`,
    );
  }
  const kernels = readKernels(words);
  return openWebGpu({ adapter, precision, tuned, measured: kernels && preferring(kernels), watch, exactClock: true });
}

/** The line above a table of what was measured: the machine, and the precision where it is not float32. */
export function machineLine({ adapter, driver, precision }: EngineInfo): string {
  return [adapter, driver, precision === 'f32' ? '' : precision].filter((word) => word !== '').join(', ');
}

/** --kernels. */
function readKernels(words: Arguments): string[] | undefined {
  const kernels = words.text('kernels')?.split(',');
  const unknown = kernels?.find((kernel) => !variantNames.includes(kernel));
  if (unknown !== undefined) throw new UsageError(`--kernels ${unknown}: choose from ${variantNames.join(', ')}`);
  return kernels;
}
