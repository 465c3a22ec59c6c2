// The engines that tests run on: all that this machine has. Every suite that computes runs on each of them.

import { suite, type Test } from 'uvu';
import type { Engine } from '../dist/engine/engine.js';
import { type EngineRequest, openEngine } from '../dist/node/engines.js';
import { loadAddon } from '../dist/node/native.js';
import { adapterSuite, skippingSuite } from './skip.js';

/** An engine by the name that tests are reported under. */
export interface TestEngine {
  readonly name: string;
  readonly request: EngineRequest;
}

/** FACEWRIGHT_ADAPTER names the adapter to test, as --adapter does. */
const webgpu: TestEngine = {
  name: 'webgpu',
  // What somebody tuned on this machine is not what is tested.
  request: { engine: 'webgpu', adapter: process.env.FACEWRIGHT_ADAPTER, tuned: false },
};

/** FACEWRIGHT_ENGINE=native or webgpu leaves the other out (for builds with sanitizers, and machines with a GPU alone). */
const wanted = process.env.FACEWRIGHT_ENGINE;

const missing = whyNoAddon();

function whyNoAddon(): string | undefined {
  try {
    loadAddon();
    return undefined;
  } catch (error) {
    // In CI nothing may be left out for want of a compiler.
    if (process.env.CI) throw error;
    return error instanceof Error ? error.message : String(error);
  }
}

const native: TestEngine = { name: 'native', request: { engine: 'native' } };

/** webgpu and native. */
export const engines: readonly TestEngine[] = [webgpu, native].filter(
  ({ name }) => wanted === undefined || name === wanted,
);

/** For tests that are about something else: the engine that is there and takes least time. */
export const quickestEngine: TestEngine = missing === undefined && engines.includes(native) ? native : webgpu;

/**
 * The same, native in every instruction set that the processor has where FACEWRIGHT_ISAS=all asks for it, as tools/sanitize.sh
 * does; otherwise in the one that it would choose and in the baseline, which shares no line of vector code with it.
 */
export const enginesInAllSets: readonly TestEngine[] = engines.flatMap((engine) => {
  if (engine.name !== 'native' || missing !== undefined) return [engine];
  const names = loadAddon()
    .machine()
    .isas.map(({ name }) => name);
  const chosen = process.env.FACEWRIGHT_ISAS === 'all' ? names : [...new Set([names[0], names[names.length - 1]])];
  return chosen.map((isa) => ({ name: `native, ${isa}`, request: { ...engine.request, isa } }));
});

/** A suite for one engine: left out, and counted, where that cannot be opened. */
export function engineSuite<T = Record<string, unknown>>({ name, request }: TestEngine, title: string): Test<T> {
  const full = `${name}: ${title}`;
  if (request.engine === 'webgpu') return adapterSuite<T>(full);
  return missing === undefined ? suite<T>(full) : skippingSuite<T>(full, 'the native engine is not built');
}

/** Opens the engine, with more to ask of it where that is given. */
export function openTestEngine({ request }: TestEngine, more: EngineRequest = {}): Promise<Engine> {
  return openEngine({ ...request, ...more });
}
