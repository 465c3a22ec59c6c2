// facewright doctor: what facewright can run on here.

import type { ArgumentsCamelCase } from 'yargs';
import { type AdapterDescription, type AdapterReport, describeAdapters } from '../node/dawn.js';
import { Arguments } from './arguments.js';
import { Console } from './console.js';
import { exitCode } from './exit.js';

export async function doctorCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const console = new Console();
  const description = await describeAdapters();
  console.result(words.flag('json') ? JSON.stringify(description, null, 2) : doctorReport(description));
  return description.adapters.some(({ usable }) => usable) ? exitCode.done : exitCode.unusable;
}

/** The report for people. */
export function doctorReport({ adapters, chosen, problem }: AdapterReport): string {
  const lines: string[] = [];
  for (const [index, adapter] of adapters.entries()) {
    lines.push(`${index === chosen ? '*' : ' '} ${adapter.description || adapter.device || adapter.vendor}`);
    for (const [name, fact] of facts(adapter)) lines.push(`    ${name.padEnd(10)}${fact}`);
    lines.push('');
  }
  if (problem !== undefined) lines.push(problem);
  else if (chosen !== undefined) {
    lines.push(
      'Engine: webgpu (WGSL on Dawn) on the adapter with the star; --adapter NAME takes another.',
      ...(adapters[chosen].software ? [SLOW] : []),
    );
  }
  return lines.join('\n').trimEnd();
}

const SLOW =
  'It is no GPU but a program on the processor: everything works, and takes minutes where a GPU takes\n' +
  'seconds. If this computer has a GPU, install its Vulkan driver.';

/** What matters about an adapter, a line each. */
function facts({ usable, why, software, backend, driver, features, limits }: AdapterDescription): [string, string][] {
  return [
    ['usable', usable ? 'yes' : `no: ${why ?? 'for a reason that its driver does not tell'}`],
    ['kind', `${software ? 'software' : 'GPU'}, through ${backend}`],
    ['driver', driver || 'unknown'],
    ['features', features.join(', ') || 'none that would be used'],
    ['limits', describeLimits(limits) || 'unknown'],
  ];
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
