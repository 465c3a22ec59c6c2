// Without --align, `run` looks at some of its pictures, and says when that would have been better.

import { facesAstray, type Picture } from '../../index.js';
import { counted } from '../../words.js';
import type { Console } from '../shared/console.js';

/** Says which command would have been better when the pictures' faces are not where the generator expects them. */
export async function hintAlign(pictures: readonly Picture[], background: string, console: Console): Promise<void> {
  const astray = await facesAstray(pictures, background);
  const [first] = astray.pictures;
  if (first === undefined) return;
  const count = astray.pictures.length;
  const others = count > 1 ? ` (as in ${count} of the ${counted(astray.looked, 'picture')} looked at)` : '';
  console.note(
    `${first.path}: shows a face, but not where the generator's faces are${others}; --align crops pictures to their faces first`,
  );
}
