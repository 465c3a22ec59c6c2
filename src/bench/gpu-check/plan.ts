import { benchShapes } from '../search-step.js';

/** A command of the check, before it is run. */
export interface PlannedCommand {
  readonly name: string;
  readonly part: string;
  /** The program: facewright's command, a test of this clone, or PyTorch beside it. */
  readonly program: 'facewright' | 'test' | 'python';
  readonly words: readonly string[];
  /** It is ended after so many seconds. */
  readonly limit: number;
  /** Whether it runs with what the tuning of this check has found; all others run without any table. */
  readonly tuned?: boolean;
}

export interface CheckOptions {
  /** Small shapes and few steps: tries the check itself, and says nothing of a GPU. */
  readonly quick: boolean;
  /** Part of the adapter's name. */
  readonly adapter?: string;
}

export const PRECISIONS = ['f32', 'f16'] as const;
export type CheckedPrecision = (typeof PRECISIONS)[number];

/** The network that the aims are about, and how many pictures a batch has. */
export function subject({ quick }: Pick<CheckOptions, 'quick'>) {
  return quick ? { shape: 'demo', many: 2, steps: 3 } : { shape: '1024', many: 16, steps: 100 };
}

export const searchName = (precision: CheckedPrecision, batch: number) => `search ${precision}, batch ${batch}`;
export const tunedSearchName = 'search f32, batch 1, tuned';
export const memoryName = (precision: CheckedPrecision) => `memory ${precision}`;
export const stepName = (shape: string, precision: CheckedPrecision, batch: number) =>
  `step ${shape}, ${precision}, batch ${batch}`;

/** All commands, in the order in which they matter: when time runs out, the last are left out. */
export function planCheck(options: CheckOptions): PlannedCommand[] {
  const { quick, adapter } = options;
  const { shape, many, steps } = subject(options);
  const on = ['--engine', 'webgpu', ...(adapter === undefined ? [] : ['--adapter', adapter])];
  const measured = [...on, '--no-tuned', '--json'];
  const search = (precision: CheckedPrecision, batch: number): PlannedCommand => ({
    name: searchName(precision, batch),
    part: 'Searches',
    program: 'facewright',
    words: ['bench', 'search', '--model', shape, '--precision', precision, '--batch', `${batch}`].concat(
      ['--count', `${batch === 1 && !quick ? 5 : batch}`, '--steps', `${steps}`],
      measured,
    ),
    limit: 30,
  });
  const memory = (precision: CheckedPrecision): PlannedCommand => ({
    name: memoryName(precision),
    part: 'Memory',
    program: 'facewright',
    words: ['doctor', '--model', shape, '--precision', precision, ...on, '--json'],
    limit: 15,
  });
  return [
    { name: 'doctor', part: 'The machine', program: 'facewright', words: ['doctor', '--json'], limit: 20 },
    ...PRECISIONS.map((precision) => search(precision, 1)),
    {
      name: 'pytorch',
      part: 'PyTorch beside it',
      program: 'python',
      words: [
        '--device',
        'cuda',
        '--precision',
        PRECISIONS.join(),
        '--batch',
        `1,${many}`,
        '--steps',
        '10',
        '--json',
        shape,
      ],
      limit: 40,
    },
    ...PRECISIONS.map((precision) => search(precision, many)),
    {
      name: 'conformance',
      part: 'Right or wrong',
      program: 'test',
      words: ['engine/conformance'],
      limit: quick ? 15 : 50,
    },
    {
      name: 'kernels',
      part: 'Kernels',
      program: 'facewright',
      words: ['bench', 'kernels', ...(quick ? ['blur'] : []), '--model', shape].concat(
        adapter === undefined ? [] : ['--adapter', adapter],
        ['--json'],
      ),
      limit: 40,
    },
    {
      name: 'tune',
      part: 'Tuning',
      program: 'facewright',
      words: ['tune', '--model', shape, '--budget', quick ? '5s' : '25s'].concat(
        adapter === undefined ? [] : ['--adapter', adapter],
        ['--json'],
      ),
      limit: 40,
      tuned: true,
    },
    {
      ...search('f32', 1),
      name: tunedSearchName,
      part: 'Tuning',
      words: search('f32', 1).words.filter((word) => word !== '--no-tuned'),
      tuned: true,
    },
    ...PRECISIONS.map(memory),
    ...planSteps(options, measured),
  ];
}

/** `bench step` at all shapes and precisions: of one picture first. */
function planSteps(options: CheckOptions, measured: readonly string[]): PlannedCommand[] {
  const { quick } = options;
  const { many } = subject(options);
  const shapes = quick ? ['demo'] : benchShapes.map(({ name }) => name).reverse();
  const each = [1, many].flatMap((batch) =>
    shapes.flatMap((shape) => PRECISIONS.map((precision) => ({ batch, shape, precision }))),
  );
  return each.map(({ batch, shape, precision }) => ({
    name: stepName(shape, precision, batch),
    part: 'Steps',
    program: 'facewright',
    words: ['bench', 'step', '--model', shape, '--precision', precision, '--batch', `${batch}`].concat(
      ['--steps', quick ? '1' : '10'],
      measured,
    ),
    limit: 20,
  }));
}
