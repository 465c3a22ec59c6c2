// facewright align: finds the faces of pictures and crops them as FFHQ does.

import type { ArgumentsCamelCase } from 'yargs';
import { type AlignSummary, alignPictures, findPictures } from '../../index.js';
import { inFolder } from '../../runs/out-folder.js';
import { counted } from '../../words.js';
import { Arguments } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { endCode } from '../shared/exit.js';
import { interruptible } from '../shared/interrupt.js';
import { duration, table } from '../shared/table.js';
import { STOPPING_ALIGNMENT, tellAlignment } from '../shared/tell-alignment.js';
import { PassedOverFiles } from '../shared/tell-passed-over.js';
import { readAlignRequest } from './align-request.js';

export async function alignCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const console = new Console(words.flag('quiet'));
  const { inputs, options, json, strict } = readAlignRequest(words);
  const { out, shard } = options;
  const passedOver = new PassedOverFiles();
  const pictures = await findPictures({ inputs, out, shard, onPassedOver: passedOver.add });
  passedOver.tell(console);
  const began = performance.now();
  const summary = await inFolder(out, () =>
    interruptible(
      () => console.note(STOPPING_ALIGNMENT),
      ({ signal }) => tellAlignment(alignPictures(pictures, { ...options, signal }), console, json),
    ),
  );
  if (!json) console.result(alignTable(summary, out, process.stdout.columns));
  for (const line of alignNotes(summary, out, (performance.now() - began) / 1000)) console.note(line);
  return endCode(summary, strict, summary.without);
}

/** What the table takes beside the pictures' names and what was found. */
const OTHER_COLUMNS = 34;

/** A row for every face and for every picture without one, and why it has none. @param width of the terminal, in characters */
function alignTable({ lines }: AlignSummary, out: string, width = 100): string {
  if (lines.length === 0) return 'no picture was aligned';
  const rows = lines.flatMap(({ input, output, status, faces }) => {
    if (status === 'failed') return [[input, 'failed', '', '', '']];
    if (faces.length === 0) return [[input, 'no face', '', '', '']];
    return faces.map(({ score, size, rotation }, i) => [
      i === 0 ? input : '',
      `${output}_${i}`,
      score.toFixed(2),
      `${Math.round(size)} px`,
      `${Math.round(rotation) || 0}°`,
    ]);
  });
  const reasons = lines.filter(({ reason }) => reason !== undefined).map(({ input, reason }) => `${input}: ${reason}`);
  const most = Math.max(16, Math.floor((width - OTHER_COLUMNS) / 2));
  const faces = table(
    [
      { title: 'picture', most },
      { title: `in ${out}`, most },
      { title: 'score', right: true },
      { title: 'crop', right: true },
      { title: 'turned', right: true },
    ],
    rows,
  );
  return [faces, ...reasons].join('\n');
}

/** What is said at the end, on stderr. */
function alignNotes(summary: AlignSummary, out: string, seconds: number): string[] {
  const { lines, earlier, failed, without, wanted, interrupted } = summary;
  const faces = lines.reduce((sum, line) => sum + line.faces.length, 0);
  const said = [
    `${counted(faces, 'face')} of ${counted(lines.length - failed, 'picture')} in ${out}, ${duration(seconds)}` +
      `${earlier > 0 ? `; ${earlier} of the pictures were done before, --force does them again` : ''}`,
  ];
  if (without > 0) said.push(`${counted(without, 'picture')} without a face`);
  if (failed > 0) said.push(`${failed} of ${wanted} failed`);
  if (interrupted) said.push(`stopped with ${lines.length} of ${wanted} done; the same command goes on from here`);
  return said;
}
