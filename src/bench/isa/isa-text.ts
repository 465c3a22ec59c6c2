// What `bench kernels --isa` finds, for a terminal.

import { counted } from '../../words.js';
import { aligned } from '../report.js';
import type { GateOutcome } from './gate.js';
import type { IsaKernel, IsaResult } from './isa-report.js';

const HEADS = ['VGPRs', 'waves', 'LDS', 'spills', 'FMA loop', 'slice', 'LDS/FMA', 'loads', 'banks'];

const LEGEND = `VGPRs: vector registers. waves: that a SIMD holds. LDS: workgroup memory, in bytes.
spills: registers that did not fit. FMA: share of multiply-adds in the instructions of the hot loop,
and of the slice, the loop around it. LDS/FMA: reads of workgroup memory in the hot loop.
loads: in flight, with no wait between. banks: cycles of workgroup memory, for 32 invocations and one
input channel / the same without bank conflicts.`;

/** A table by kernel, and what its columns are. @param step what the step is of, in words */
export function isaTable({ report, adapter, driver }: IsaResult, step: string): string {
  const { family, dispatches, pipelines, flop, bytes, kernels } = report;
  const rows = [...new Set(kernels.map(({ kernel }) => kernel))].flatMap((kernel) => [
    [kernel, ...HEADS.map(() => '')],
    ...kernels.filter((one) => one.kernel === kernel).map(row),
  ]);
  return [
    `${family}, which is not here (${adapter}; ${driver}): the code that it would be given`,
    `${step}: ${dispatches} dispatches, ${pipelines} pipelines, ${(flop / 1e9).toFixed(1)} GFLOP, ${(bytes / 1e9).toFixed(2)} GB`,
    '',
    aligned([['', ...HEADS], ...rows], 1),
    '',
    LEGEND,
  ].join('\n');
}

function row({ shape, n, isa }: IsaKernel): string[] {
  const { vgprs, waves, lds, spills, fmaLoop, fmaSlice, ldsPerFma, inFlight, bankCycles } = isa;
  return [
    `  ${shortShape(shape)}${n > 1 ? `, ${n} times` : ''}`,
    String(vgprs),
    String(waves),
    String(lds),
    String(spills),
    percent(fmaLoop),
    percent(fmaSlice),
    ldsPerFma === null ? '' : ldsPerFma.toFixed(3),
    String(inFlight),
    bankCycles === null ? '' : `${bankCycles.cycles}/${bankCycles.least}`,
  ];
}

/** `[1, 512, 32, 32] → …` as `512×32×32 → …`: the number of pictures is the same in all of them. */
function shortShape(shape: string): string {
  return shape.replace(/\[\d+, ([\d, ]+)\]/g, (_, sizes: string) => sizes.replaceAll(', ', '×'));
}

function percent(share: number | null): string {
  return share === null ? '' : `${(100 * share).toFixed(1)} %`;
}

/** The code of each kernel, under a line that says which. */
export function listingsText({ report, listings }: IsaResult): string {
  return report.kernels
    .map(({ kernel, shape, isa }, index) => {
      const head = `${kernel} ${shape}: ${isa.vgprs} VGPRs, ${isa.waves} waves of ${isa.waveSize}`;
      return `${head}\n${listings[index].trimEnd()}\n`;
    })
    .join('\n');
}

/** What became of a gate. @param path of its file */
export function gateOutcomeText({ skipped, compared, worse, better, added }: GateOutcome, path: string): string {
  if (skipped !== undefined) return `${path}: skipped: ${skipped}`;
  const parts = [
    ...worse.map((line) => `worse: ${line}`),
    ...better.map((line) => `better: ${line}`),
    ...added.map((line) => `new: ${line}`),
    `${path}: ${counted(compared, 'kernel')}, ${worse.length === 0 ? 'none worse' : `${worse.length} worse`}`,
  ];
  const changed = worse.length + better.length + added.length > 0;
  return [...parts, ...(changed ? [`--write-gate ${path} keeps the new figures`] : [])].join('\n');
}
