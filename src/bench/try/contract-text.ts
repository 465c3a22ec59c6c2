// A contract as its author reads it: WGSL that compiles and is right, with a head that says what is given and what is checked.

import type { Binding, Dispatch } from '../../engine/webgpu/dispatch.js';
import { lower } from '../../engine/webgpu/lower.js';
import type { KernelDevice } from '../../engine/webgpu/variants.js';
import { preferring } from '../../engine/webgpu/variants.js';
import { shapeText, type Tensor } from '../../graph/graph.js';
import { listed } from '../../words.js';
import { BOUND, describeForms } from './check.js';
import type { Contract } from './contract.js';
import { oddOps } from './odd-ops.js';

/** A GPU as most are: an example needs none. */
const COMMON: KernelDevice = {
  subgroups: undefined,
  f16: false,
  workgroupMemory: 16_384,
  measured: () => undefined,
};
/** The broadcast convolutions run where subgroups are of 8. */
const EIGHT: KernelDevice = { ...COMMON, subgroups: [8, 8] };
const EXAMPLES = 3;
const WIDTH = 110;

/** The text of a contract, with its head behind the directives of its first lines. */
export function contractText(contract: Contract): string {
  const lines = contract.text.split('\n');
  const first = lines.findIndex((line) => !line.startsWith('//!'));
  const head = [...about(contract), '', ...examples(contract)].map((line) => (line === '' ? '//' : `// ${line}`));
  return [...lines.slice(0, first), ...head, '//', ...lines.slice(first)].join('\n');
}

function about({ name, saysGroups, declarations, optional, convolution }: Contract): string[] {
  const given = declarations.overrides.filter((override) => !optional.includes(override));
  const what =
    convolution === name
      ? 'is right but slow; every variant of this convolution keeps the same contract.'
      : 'is the engine’s own kernel, whole.';
  return [
    `The contract of ${name}. What stands below this head ${what}`,
    '',
    'Change it, and hold it against the engine’s own as often as you like; that one is never touched:',
    `  facewright bench kernels --try mine.wgsl --as ${name} [--set NAME=VALUE] [--watch]`,
    '',
    'In front of it stands shaders/lib/prelude-f32.wgsl (Stored and Stored4: what maps and weights are stored in), then the files',
    'of shaders/lib that the first line names: //! use map-read, sum. The entry point is main.',
    'Bindings (storage, group 0) are given by name, whatever their numbers. All have to be there and to be used:',
    `  ${declarations.bindings.map((one) => one.name).join(', ')}`,
    'Overrides without a value are given one by name. These have to be there:',
    `  ${given.join(', ') || 'none'}`,
    ...(optional.length > 0 ? ['and these may:', `  ${optional.join(', ')}`] : []),
    'Those of your own need a value, in the text (override ROWS: u32 = 4;) or by --set ROWS=4.',
    saysGroups
      ? 'How many workgroups are launched in x and y, a line says: //! groups X, Y. Those are two expressions over overrides and'
      : 'As many workgroups are launched as of the engine’s kernel, or as a line //! groups X, Y says: two expressions over overrides and',
    'numbers, with + - * / % ( ) ceil floor min max; division is exact. In z there is a workgroup for each picture.',
    '',
    `Checked, in this order: that it compiles and declares all this; at odd shapes, that its results are within ${BOUND.toExponential()} of the`,
    'native engine’s (relative norm); that nothing is written beyond the end of a buffer, where nothing that may be read stands either',
    '(so arrayLength() is more than the data); that a picture is the same, to the bit, alone and in a batch. Then it is timed.',
  ];
}

/** Launches at some of the shapes at which the contract is checked. */
function examples(contract: Contract): string[] {
  const devices = [COMMON, EIGHT].map((device) => ({ ...device, measured: preferring(contract.kernels) }));
  const found = devices
    .map((device) =>
      oddOps(contract, device).flatMap((op) =>
        lower(op, device).flatMap((dispatch) => {
          const launch = contract.launch(op, dispatch);
          return launch ? [{ op, launch }] : [];
        }),
      ),
    )
    .find((launches) => launches.length > 0);
  if (!found) return [];
  // The first is the smallest: a map of one pixel, as like as not.
  const places = Array.from({ length: EXAMPLES }, (_, k) => Math.floor(((k + 1) * (found.length - 1)) / EXAMPLES));
  const shown = [...new Set(places)].map((place) => found[place]);
  return [
    'For example:',
    ...shown.flatMap(({ op, launch }) => [
      `  ${describeForms(op)}`,
      ...launchLines(launch).map((line) => `    ${line}`),
    ]),
  ];
}

function launchLines({ overrides, bindings }: Dispatch): string[] {
  const values = Object.entries(overrides).map(([name, value]) => `${name} = ${Number(value.toPrecision(7))}`);
  const all = Object.entries(bindings);
  const bound = all.flatMap(([name, one]) => (one.kind === 'none' ? [] : [`${name} ${boundText(one)}`]));
  const absent = all.flatMap(([name, one]) => (one.kind === 'none' ? [name] : []));
  const nothing = absent.length > 0 ? [`nothing in ${listed(absent, 'and')}`] : [];
  return [values, bound, nothing].flatMap((words) => wrapped(words));
}

/** Words with commas between them, in lines that a terminal shows whole. */
function wrapped(words: readonly string[]): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${last}, ${word}`;
  }
  return lines;
}

function boundText(binding: Exclude<Binding, { readonly kind: 'none' }>): string {
  switch (binding.kind) {
    case 'tensor':
      return tensorText(binding.tensor);
    case 'weight':
      return `packed from ${shapeText(binding.weight.tensor.shape)}`;
    case 'tensors':
      return `${binding.tensors.map(tensorText).join(', ')}, where the table says`;
    case 'weights':
      return `packed from ${binding.weights.map(({ tensor }) => shapeText(tensor.shape)).join(', ')}`;
    case 'table':
      return `a table of ${binding.data.length} numbers`;
    case 'places':
      return `a table of ${binding.make(() => 0).length} numbers`;
    case 'scratch':
      return `[n, ${binding.size}], between the kernels of the op`;
    case 'scalars':
      return 'the run’s scalars: rate, root_correction, step, 0';
  }
}

function tensorText({ kind, shape }: Tensor): string {
  return kind === 'constant' ? shapeText(shape) : `[n, ${shape.slice(1).join(', ')}]`;
}
