// facewright bench faces: what is found of faces in emoji, and how long that and cropping take.

import type { ArgumentsCamelCase } from 'yargs';
import { measureCrops, measureFaces } from '../../bench/faces.js';
import { cropsTable, facesTable } from '../../bench/faces-report.js';
import { Arguments } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { exitCode } from '../shared/exit.js';

export async function facesCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const console = new Console(words.flag('quiet'));
  const faces = await measureFaces((set) => console.note(`looking for faces in ${set} …`));
  const crops = await measureCrops();
  console.result(
    words.flag('json') ? JSON.stringify({ faces, crops }) : `${facesTable(faces)}\n\n${cropsTable(crops)}`,
  );
  return exitCode.done;
}
