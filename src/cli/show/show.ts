// facewright show: what a face's file says of how it was made.

import type { ArgumentsCamelCase } from 'yargs';
import { errorText } from '../../errors.js';
import { FacewrightError, type PictureNotes, readNotes } from '../../index.js';
import { Arguments } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { exitCode, UsageError } from '../shared/exit.js';

export async function showCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const files = words.texts('inputs');
  const console = new Console();
  if (files.length === 0) throw new UsageError('show what? a face, for example facewright show faces/anna.png');
  let failed = 0;
  for (const [index, file] of files.entries()) {
    try {
      const notes = await readNotes(file);
      if (words.flag('json')) console.result(JSON.stringify({ file, ...notes }));
      else console.result(`${index > 0 ? '\n' : ''}${notesText(file, notes)}`);
    } catch (error) {
      if (!(error instanceof FacewrightError)) throw error;
      failed++;
      console.error(`facewright: ${errorText(error)}`);
    }
  }
  return failed > 0 ? exitCode.someFailed : exitCode.done;
}

/** The notes for people: a line for each thing, those of the search below it. */
export function notesText(file: string, notes: PictureNotes): string {
  const { v: _, options, ...others } = notes;
  const width = Math.max(
    ...Object.keys({ ...others, ...(options as object | undefined) }).map((name) => name.length + 2),
  );
  const lines = (facts: object, indent: string) =>
    Object.entries(facts)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(
        ([name, value]) => `${indent}${name.replaceAll('_', ' ').padEnd(width - indent.length)}  ${valueText(value)}`,
      );
  const own = options === undefined ? [] : ['options', ...lines(options as object, '  ')];
  return [file, ...lines(others, ''), ...own].join('\n');
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(valueText).join(', ');
  if (value === null || typeof value !== 'object') return String(value);
  return Object.entries(value)
    .filter(([, inner]) => inner !== undefined && inner !== null && inner !== '')
    .map(([name, inner]) => `${name.replaceAll('_', ' ')} ${valueText(inner)}`)
    .join(', ');
}
