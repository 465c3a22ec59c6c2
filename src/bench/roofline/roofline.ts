// A report of `bench kernels` as a roofline (Williams, Waterman & Patterson, "Roofline: an insightful visual performance model
// for multicore architectures", CACM 52, 2009): how much arithmetic a kernel does for each byte, how fast it is, and what the
// adapter would allow.

import { labelLines } from '../../plot/label.js';
import { MARGIN, round, svgDocument, text } from '../../plot/svg.js';
import { counted } from '../../words.js';
import { isWholeStep, type KernelsReport, type ReportHead } from '../kernels/kernels-report.js';
import { percent, quantity } from '../units.js';
import { colourOf } from './colours.js';
import { arrowOf, boxOf, circleOf, type Dot, dotOf, hasMoved, numerals } from './dots.js';
import { axes, ceilingLabels, type Frame, roof } from './frame.js';
import { keyTable, legend } from './key.js';
import { logScale } from './log-scale.js';
import { type RooflinePoints, rooflinePoints } from './points.js';

/** All lengths are pixels. */
const WIDTH = 760;
const LEFT = MARGIN + 106;
const PLOT_HEIGHT = 400;
const LINE = 16;
const SMALL = 11;
/** Kernels that have a number, and a line in the table below. */
const NUMBERED = 10;
/** How far the roof goes on beside the points, as a factor. */
const BESIDE = 3;

/** White on the points' colours, whatever the page has. */
const STYLE = '.fw-plot text.in{fill:#fff}';

/**
 * The roofline of a report as a whole SVG document: both axes logarithmic, the ceilings as they were measured, a point for each
 * kernel and shape whose operations are counted, as large as its share of the step, and the largest ten in a table.
 *
 * @param against an older run on the same adapter: an arrow leads from where a kernel stood then
 */
export function roofline(report: KernelsReport, against?: KernelsReport): string {
  const { head, ceilings } = report;
  const all = rooflinePoints(report, against);
  const heads = headLines(head);
  const frame = frameOf(all, report, 46 + heads.length * LINE + 4);
  const dots = all.points.map((point) => dotOf(point, colourOf(point.family, all.families), frame));
  const labels = ceilingLabels(ceilings, frame, dots.map(boxOf));
  const numbered = dots.slice(0, NUMBERED);
  const colours = legend(all.families, frame.area.bottom + 66, WIDTH);
  const table = keyTable(all.points.slice(0, NUMBERED), ceilings, all.families, colours.bottom + 30, WIDTH);
  const notes = notesOf(all, dots, report, against?.head).flatMap((note) => labelLines(note, wide(SMALL)));
  return svgDocument({
    id: 'roofline',
    title: 'Roofline of a search step',
    description: described(all, report),
    width: WIDTH,
    height: round(table.bottom + 14 + notes.length * LINE + MARGIN),
    style: STYLE,
    parts: [
      ...heads.map((line, i) => text(line, MARGIN, 46 + i * LINE, { size: SMALL, faint: true })),
      ...axes(frame),
      ...roof(ceilings, frame),
      ...dots.map(circleOf),
      ...dots.flatMap(arrowOf),
      ...labels.parts,
      ...numerals(numbered, labels.boxes, dots, frame.area),
      ...colours.parts,
      ...table.parts,
      ...notes.map((line, i) => text(line, MARGIN, table.bottom + 28 + i * LINE, { size: SMALL, faint: true })),
    ],
  });
}

/** Scales on which all points are, with both lines of the roof. */
function frameOf({ points }: RooflinePoints, { ceilings: { fma, copy } }: KernelsReport, top: number): Frame {
  const area = { left: LEFT, right: WIDTH - 2 * MARGIN, top, bottom: top + PLOT_HEIGHT };
  const places = points.flatMap(({ before, ...point }) => [point, ...(before ? [before] : [])]);
  const intensities = places.map(({ intensity }) => intensity);
  const speeds = places.map(({ speed }) => speed);
  const ridge = fma / copy;
  return {
    area,
    x: logScale([...intensities, ridge / BESIDE, ridge * BESIDE], { from: area.left, to: area.right }),
    // Room for the label above the flat line.
    y: logScale([...speeds, fma / 30, fma * 1.5], { from: area.bottom, to: area.top }),
  };
}

/** What was measured, in lines that fit. */
function headLines({ model, batch, adapter, driver, backend, date, dawn, facewright, clock }: ReportHead): string[] {
  const work = `model ${model}, ${counted(batch, 'picture')} in a step`;
  const machine = [adapter, driver, backend].filter((word) => word !== '').join(', ');
  const measured = `${date.slice(0, 10)}, facewright ${facewright}, Dawn ${dawn}, timed by ${clock.kind === 'wall' ? 'the wall clock' : 'timestamps'}`;
  return [work, machine, measured].flatMap((line) => labelLines(line, wide(SMALL)));
}

/** The width of the plot, as `labelLines` reckons it for letters of that size. */
function wide(size: number): number {
  return ((WIDTH - 2 * MARGIN) * 13) / size;
}

/** What the picture does not show by itself. */
function notesOf(
  { left }: RooflinePoints,
  dots: readonly Dot[],
  report: KernelsReport,
  older: ReportHead | undefined,
): string[] {
  const notes = [
    'Times are medians with data in the caches as far as they hold it: a point above the line of copying is fed by a cache.',
  ];
  if (left.kernels > 0) {
    notes.push(
      `Not shown: ${percent(left.share)} of the step, in ${counted(left.kernels, 'kernel')} and shapes whose operations are not counted.`,
    );
  }
  if (!isWholeStep(report)) notes.push('Not all kernels of a step were measured: shares are of those that were.');
  if (older) {
    const drawn = dots.filter(hasMoved).length;
    notes.push(
      `Arrows lead from the run of ${older.date.slice(0, 10)} (facewright ${older.facewright}, Dawn ${older.dawn}): ${counted(drawn, 'point')} moved far enough for one. The roof is that of the newer run.`,
    );
  }
  return notes;
}

/** The picture in words. */
function described({ points }: RooflinePoints, { ceilings: { fma, copy } }: KernelsReport): string {
  const largest = points
    .slice(0, NUMBERED)
    .map(
      ({ kernel, shape, share, speed, intensity }) =>
        `${kernel}, ${shape}: ${percent(share)} of the step, ${quantity(speed, 'FLOP/s')} at ${intensity.toPrecision(3)} FLOP a byte`,
    );
  return `Ceilings: ${quantity(fma, 'FLOP/s')}, ${quantity(copy, 'B/s')}. ${largest.join('; ')}`;
}
