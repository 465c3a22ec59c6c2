// facewright weights inspect: what a weight file is, and what it lacks.

import type { ArgumentsCamelCase } from 'yargs';
import { errorText } from '../../errors.js';
import { AbortedError, FacewrightError, inspectWeights, type WeightsReport } from '../../index.js';
import { Arguments } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { exitCode, UsageError } from '../shared/exit.js';
import { interruptible } from '../shared/interrupt.js';
import { locateModel } from '../shared/locate-model.js';

export async function inspectCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const inputs = words.texts('inputs');
  const console = new Console(words.flag('quiet'));
  if (inputs.length === 0)
    throw new UsageError('inspect what? a file, for example facewright weights inspect ffhq.pkl');
  return interruptible(
    () => console.note('stopping; again: stop at once'),
    async ({ signal }) => {
      let unusable = 0;
      for (const input of inputs) {
        const problem = await inspectOne(input, words, console, signal);
        if (problem === null) continue;
        unusable++;
        console.error(`facewright: ${problem}`);
      }
      return unusable > 0 ? exitCode.unusable : exitCode.done;
    },
  );
}

/** Prints what is known of one. @returns what keeps it from being opened: the others are looked at all the same */
async function inspectOne(
  input: string,
  words: Arguments,
  console: Console,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    const { model, licence } = await locateModel(input, console, { cache: words.text('cache'), signal });
    const report = await inspectWeights(model, licence);
    console.result(words.flag('json') ? JSON.stringify(report) : reportText(report));
    return report.problem;
  } catch (error) {
    if (error instanceof AbortedError || !(error instanceof FacewrightError)) throw error;
    return errorText(error);
  }
}

/** The report for people: a line for each thing, aligned. */
export function reportText(report: WeightsReport): string {
  const { network } = report;
  const facts: [string, string | undefined][] = [
    ['network', networkText(report)],
    ['file', `${report.dialect}, in a ${report.container} file`],
    ['w', network === null ? undefined : `${network.rows} rows of ${network.latent_size}`],
    ['noise', network === null ? undefined : `${network.noise_sides.length} maps, ${span(network.noise_sides)} px`],
    ['channels', channelsText(report)],
    ['numbers', numbersText(report)],
    ['epsilon', network?.norm_epsilon === undefined ? undefined : `${network.norm_epsilon}, of the instance norm`],
    ['clamp', report.conv_clamp === null ? undefined : `activations to ${report.conv_clamp}`],
    ['classes', report.classes === 0 ? undefined : `${report.classes}; choose one with --class`],
    ['mapping', network === null ? undefined : network.mapping ? 'z to w' : 'none: faces come from saved latents only'],
    ['mean of w', report.mean_of_w ? 'yes' : 'no'],
    ['fit', fitText(report)],
    ['licence', report.licence],
    ['SHA-256', report.sha256],
    ...report.notes.map((note): [string, string] => ['note', note]),
  ];
  const lines = facts.flatMap(([name, fact]) => (fact === undefined ? [] : `    ${name.padEnd(11)}${fact}`));
  return [`${report.path}${report.problem === null ? '' : ': cannot be opened'}`, ...lines].join('\n');
}

function fitText({ gaussian_fit: isThere, fit_class: of, network }: WeightsReport): string {
  if (isThere) return of === null ? 'yes' : `yes, of class ${of}`;
  if (network === null) return 'no';
  return network.mapping
    ? 'no: it is made at the first search, and kept'
    : 'no, and without a mapping none can be made';
}

const KINDS = { stylegan1: 'StyleGAN1', stylegan2: 'StyleGAN2' } as const;

function networkText({ kind, network }: WeightsReport): string {
  const name = KINDS[kind];
  return network === null ? name : `${name}, ${network.resolution} px`;
}

function numbersText({ dtypes, parameters, tensors }: WeightsReport): string {
  const types = Object.entries(dtypes).map(([type, count]) => `${count.toLocaleString('en')} ${type}`);
  return `${types.join(', ')} in ${tensors} tensors; ${parameters.toLocaleString('en')} parameters`;
}

/** `512 (4 to 32 px), 256 (64 px)` */
function channelsText({ channels }: WeightsReport): string | undefined {
  const runs: { channels: number; sides: number[] }[] = [];
  for (const [side, count] of Object.entries(channels)) {
    if (runs.at(-1)?.channels === count) runs.at(-1)!.sides.push(Number(side));
    else runs.push({ channels: count, sides: [Number(side)] });
  }
  return runs.length === 0 ? undefined : runs.map((run) => `${run.channels} (${span(run.sides)} px)`).join(', ');
}

function span(sides: readonly number[]): string {
  const [least, most] = [Math.min(...sides), Math.max(...sides)];
  return least === most ? String(least) : `${least} to ${most}`;
}
