import type { EngineReport } from '../../node/engines.js';
import { counted } from '../../words.js';
import type { KernelsReport } from '../kernels/kernels-report.js';
import type { BenchResult } from '../report.js';
import { aimsOf, figure, type PytorchStep, searchOf, secondsOf } from './aims.js';
import { PRECISIONS, searchName, subject, tunedSearchName } from './plan.js';
import { type CheckedCommand, type GpuCheck, resultOf, type TestResult } from './results.js';

/** Failed cases that the page names. */
const CASES_SHOWN = 10;
/** Kernels that the page names; the JSON has all. */
const KERNELS_SHOWN = 25;

/** The page to read, in Markdown. */
export function checkPage(check: GpuCheck): string {
  const parts = [
    head(check),
    aims(check),
    searches(check),
    steps(check),
    kernels(check),
    tuning(check),
    right(check),
    undone(check),
  ];
  return `${parts.filter((part) => part !== undefined).join('\n\n')}\n`;
}

function head(check: GpuCheck): string {
  const { date, facewright, dawn, node, platform, quick, seconds } = check;
  const report = resultOf<EngineReport>(check, 'doctor');
  const used = adapterOf(check);
  const software = used?.software === true;
  const warning = software
    ? '**This is no GPU but a program on the processor: the figures say only that the check works.**'
    : quick
      ? '**Small shapes (--quick): the figures say only that the check works.**'
      : undefined;
  const processor = report?.native.processor;
  return [
    '# facewright on a GPU',
    ...(warning ? [warning] : []),
    table(
      ['', ''],
      [
        ['GPU', used?.description ?? 'unknown: doctor did not tell'],
        ['driver', used?.driver ?? ''],
        [
          'processor',
          processor === undefined ? '' : `${processor}, ${counted(report?.native.processors ?? 0, 'thread')}`,
        ],
        ['facewright', facewright],
        ['npm webgpu (Dawn)', dawn],
        ['Node.js', `${node}, ${platform}`],
        ['date', date],
        ['the check took', `${seconds.toFixed(0)} s`],
      ],
    ),
  ].join('\n\n');
}

/** The adapter that was measured. */
function adapterOf(check: GpuCheck): EngineReport['adapters'][number] | undefined {
  const report = resultOf<EngineReport>(check, 'doctor');
  const measured = PRECISIONS.map((precision) => searchOf(check, searchName(precision, 1))).find(Boolean)?.engine
    .adapter;
  return report?.adapters.find(({ description }) => description === measured) ?? report?.adapters[report.chosen ?? 0];
}

function aims(check: GpuCheck): string {
  const rows = aimsOf(check).map(({ aim, figure: found, met }) => [
    aim,
    found ?? 'not measured',
    met === undefined ? '' : met ? 'met' : '**not met**',
  ]);
  return section('Aims', 'They are those for a GPU of an NVIDIA H200’s class.', table(['aim', 'figure', ''], rows));
}

function searches(check: GpuCheck): string {
  const { many, shape } = subject(check);
  const theirs = resultOf<PytorchStep[]>(check, 'pytorch') ?? [];
  const names = [1, many].flatMap((batch) => PRECISIONS.map((precision) => [precision, batch] as const));
  const rows = names.map(([precision, batch]) => {
    const search = searchOf(check, searchName(precision, batch));
    const step = theirs.find((one) => one.precision === precision && one.batch === batch && one.shape === shape);
    const seconds = secondsOf(search);
    const ms = search && seconds !== undefined ? (1000 * seconds) / search.steps : undefined;
    return [
      precision,
      `${batch}`,
      seconds === undefined ? 'not measured' : `${figure(seconds)} s`,
      ms === undefined ? '' : `${figure(ms)} ms`,
      ms === undefined ? '' : figure((1000 * batch) / ms),
      step ? `${figure(1000 * step.seconds)} ms` : 'not measured',
      step && ms !== undefined ? figure((1000 * step.seconds) / ms) : '',
      search ? `${figure(search.firstSeconds)} s` : '',
    ];
  });
  const heads = [
    'precision',
    'batch',
    'a search',
    'a step',
    'steps·pictures/s',
    'PyTorch: a step',
    'times as fast',
    'first steps, with compiling',
  ];
  const about = `Whole searches of ${subject(check).steps} steps at ${shape === '1024' ? '1024 px (StyleGAN1)' : shape}, without a table of facewright tune; PyTorch eager on the same GPU.`;
  return section('Searches', about, table(heads, rows));
}

function steps(check: GpuCheck): string | undefined {
  const done = check.commands.filter(({ part, status }) => part === 'Steps' && status === 'done');
  if (done.length === 0) return undefined;
  const rows = done.map(({ result }) => {
    const {
      shape,
      engine,
      batch,
      stepSeconds,
      flop,
      traffic,
      deviceBytes,
      kernels: launches,
    } = (result as BenchResult[])[0];
    const inKernels = launches?.reduce((sum, { seconds }) => sum + seconds, 0);
    return [
      shape,
      engine.precision,
      `${batch}`,
      `${figure(1000 * stepSeconds)} ms`,
      inKernels === undefined ? '' : `${figure(1000 * inKernels)} ms`,
      launches === undefined ? '' : `${launches.length}`,
      figure(flop / stepSeconds / 1e12),
      figure(traffic / stepSeconds / 1e9),
      `${(deviceBytes / 1e6).toFixed(0)}`,
    ];
  });
  const heads = ['shape', 'precision', 'batch', 'a step', 'in kernels', 'launches', 'TFLOP/s', 'GB/s', 'device MB'];
  const about = 'Each step is read before the next is queued, so it takes longer than in a search.';
  return section('Steps', about, table(heads, rows));
}

function kernels(check: GpuCheck): string | undefined {
  const report = resultOf<KernelsReport>(check, 'kernels');
  if (!report) return undefined;
  const { ceilings, head: about } = report;
  const rows = report.kernels
    .slice(0, KERNELS_SHOWN)
    .map(({ kernel, shape, n, workgroups, warm, flop, bytes, bound, share, error }) => [
      kernel,
      shape,
      `${n}`,
      `${workgroups}`,
      `${figure(1e6 * warm.median)} µs`,
      `${(100 * share).toFixed(1)} %`,
      flop > 0 ? `${((100 * flop) / warm.median / ceilings.fma).toFixed(0)} %` : '',
      `${((100 * bytes) / warm.median / ceilings.copy).toFixed(0)} %`,
      bound,
      error === undefined ? '' : error.toExponential(1),
    ]);
  const heads = [
    'kernel',
    'shape',
    'in a step',
    'workgroups',
    'a launch',
    'of the step',
    'of its FMA',
    'of its memory',
    'bound by',
    'error',
  ];
  const best = `At best ${figure(ceilings.fma / 1e12)} TFLOP/s, ${figure(ceilings.copy / 1e9)} GB/s, ${figure(1e6 * ceilings.launch)} µs for a launch that does nothing; drift ${figure(about.drift.ratio)}. ${report.dispatches} launches in ${report.pipelines} pipelines.`;
  return section('Kernels', best, table(heads, rows));
}

function tuning(check: GpuCheck): string | undefined {
  const tune = resultOf<{ entries: { kept: boolean }[] }>(check, 'tune');
  if (!tune) return undefined;
  const before = secondsOf(searchOf(check, searchName('f32', 1)));
  const after = secondsOf(searchOf(check, tunedSearchName));
  const kept = tune.entries.filter((entry) => entry.kept).length;
  const gained =
    before !== undefined && after !== undefined
      ? ` A search in f32 took ${figure(before)} s without and ${figure(after)} s with them.`
      : '';
  return section(
    'Tuning',
    `${counted(tune.entries.length, 'shape')} measured; at ${kept} another kernel or tiling than the usual was faster.${gained}`,
  );
}

function right(check: GpuCheck): string | undefined {
  const lines: string[] = [];
  // Also where some failed: that is what one wants to know.
  const cases = check.commands.find(({ name }) => name === 'conformance')?.result as TestResult | undefined;
  if (cases) {
    const { total, passed, failed } = cases;
    const wrong = failed.slice(0, CASES_SHOWN).map((name) => `\n- **${name}**`);
    lines.push(
      `Conformance: ${passed} of ${total} cases passed, against float64 and in batches to the bit.${wrong.join('')}`,
    );
  }
  const errors = resultOf<KernelsReport>(check, 'kernels')?.kernels.flatMap(({ error }) => error ?? []) ?? [];
  if (errors.length > 0) {
    const worst = Math.max(...errors).toExponential(1);
    lines.push(
      `Kernels at the shapes of a step, against the native engine: the largest relative error of ${errors.length} is ${worst}.`,
    );
  }
  return lines.length > 0 ? section('Right or wrong', lines.join('\n\n')) : undefined;
}

/** What is missing, and why. */
function undone({ commands }: GpuCheck): string | undefined {
  const missing = commands.filter(({ status }) => status !== 'done');
  if (missing.length === 0) return undefined;
  const row = ({ name, status, why = '', command }: CheckedCommand) => [name, status, lastLines(why), `\`${command}\``];
  return section('What was not done', undefined, table(['what', '', 'why', 'command'], missing.map(row)));
}

/** An error comes last. */
function lastLines(text: string): string {
  return text.split('\n').slice(-3).join(' ').slice(-300);
}

function section(title: string, about?: string, body?: string): string {
  return [`## ${title}`, about, body].filter((part) => part !== undefined).join('\n\n');
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}
