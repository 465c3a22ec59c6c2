// facewright doctor: what facewright can run on here.

import type { ArgumentsCamelCase } from 'yargs';
import { type AdapterDescription, describeEngines, type EngineReport, type NativeDescription } from '../../index.js';
import { counted } from '../../words.js';
import { Arguments, openOptions } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { exitCode, UsageError } from '../shared/exit.js';
import { memoryText, searchMemory } from './search-memory.js';

export async function doctorCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const console = new Console();
  const options = openOptions(words);
  const { model } = options;
  if (model === undefined) {
    const unfit = ['class', 'engine', 'adapter', 'precision'].find((name) => words.text(name) !== undefined);
    if (unfit !== undefined) throw new UsageError(`--${unfit} says how a model is opened; name one with --model`);
  }
  const report = await describeEngines();
  const memory = model === undefined ? undefined : await searchMemory(model, options, console);
  if (words.flag('json')) console.result(JSON.stringify({ ...report, ...(memory && { memory }) }, null, 2));
  else console.result([doctorReport(report), ...(memory ? [memoryText(memory)] : [])].join('\n\n'));
  return report.engine === undefined ? exitCode.unusable : exitCode.done;
}

/** The report for people: what there is, the one that is used with a star, and what to do. */
export function doctorReport({ adapters, chosen, problem, native, engine }: EngineReport): string {
  const lines: string[] = [];
  for (const [index, adapter] of adapters.entries()) {
    const star = engine === 'webgpu' && index === chosen;
    lines.push(`${star ? '*' : ' '} ${adapter.description || adapter.device || adapter.vendor}`);
    for (const [name, fact] of adapterFacts(adapter)) lines.push(`    ${name.padEnd(10)}${fact}`);
    lines.push('');
  }
  lines.push(`${engine === 'native' ? '*' : ' '} ${native.processor ?? 'the processor'}`);
  for (const [name, fact] of nativeFacts(native)) lines.push(`    ${name.padEnd(10)}${fact}`);
  lines.push('');
  if (engine === 'webgpu') {
    lines.push('Engine: webgpu (WGSL on Dawn) on the adapter with the star; --adapter NAME takes another.');
    if (adapters[chosen!].software) lines.push(SLOW);
  } else if (engine === 'native') {
    lines.push('Engine: native (C++) on the processor. If this computer has a GPU, install its Vulkan driver.');
  } else if (problem !== undefined) lines.push(problem);
  return lines.join('\n').trimEnd();
}

const SLOW =
  'It is no GPU but a program on the processor: everything works, and takes minutes where the native engine\n' +
  'takes seconds. Build that, or if this computer has a GPU, install its Vulkan driver.';

/** What matters about the native engine, a line each. */
function nativeFacts({ usable, why, processors, isas, bf16 }: NativeDescription): [string, string][] {
  if (!usable) return [['usable', `no: ${why}`]];
  return [
    ['usable', 'yes'],
    ['kind', 'processor, through the native engine'],
    ['threads', `${processors}; --threads takes fewer`],
    ['sets', `${isas?.join(', ')}: the first is used`],
    ['bf16', bf16 === undefined ? 'no' : 'yes, with --precision bf16'],
  ];
}

/** What matters about an adapter, a line each. */
function adapterFacts({
  usable,
  why,
  software,
  backend,
  driver,
  features,
  limits,
  tuned,
}: AdapterDescription): [string, string][] {
  return [
    ['usable', usable ? 'yes' : `no: ${why ?? 'for a reason that its driver does not tell'}`],
    ['kind', `${software ? 'software' : 'GPU'}, through ${backend}`],
    ['driver', driver || 'unknown'],
    ['features', features.join(', ') || 'none that would be used'],
    ['f16', features.includes('shader-f16') ? 'yes, with --precision f16' : 'no'],
    ['limits', describeLimits(limits) || 'unknown'],
    ['tuned', describeTuned(tuned)],
  ];
}

/** `34 shapes, the last on 2026-11-29; 12 run with other kernels or tilings than usual` */
function describeTuned(tuned: AdapterDescription['tuned']): string {
  if (!tuned) return 'no; facewright tune finds the fastest kernels';
  const { entries, kept, stale, date, problem } = tuned;
  if (problem !== undefined) return `no: ${problem}; facewright tune writes it anew`;
  const parts = [
    `${counted(entries, 'shape')}, the last on ${date?.slice(0, 10)}`,
    `${kept} of them run faster than usual`,
  ];
  if (stale > 0) parts.push(`${stale} more dropped, since their kernels have changed`);
  return parts.join('; ');
}

function describeLimits(limits: AdapterDescription['limits']): string {
  const bytes = (name: string, what: string) =>
    limits[name] === undefined ? [] : [`${what} ${byteCount(limits[name])}`];
  const invocations = limits.maxComputeInvocationsPerWorkgroup;
  return [
    ...bytes('maxBufferSize', 'buffers'),
    ...bytes('maxStorageBufferBindingSize', 'bindings'),
    ...bytes('maxComputeWorkgroupStorageSize', 'workgroup memory'),
    ...(invocations === undefined ? [] : [`${invocations} invocations`]),
  ].join(', ');
}

/** `4 GiB`, `128 MiB`, `32 KiB` */
function byteCount(bytes: number): string {
  const exponent = Math.min(3, Math.floor(Math.log2(bytes + 1) / 10));
  const value = bytes / 1024 ** exponent;
  return `${Number(value.toPrecision(3))} ${['bytes', 'KiB', 'MiB', 'GiB'][exponent]}`;
}
