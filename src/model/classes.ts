import { FacewrightError } from '../errors.js';

/**
 * The class that a network is bound to: a conditional one draws faces of one class at a time, others have none.
 *
 * @param source what errors call the file
 * @param classes how many the network has; 0 where it is not conditional
 * @param wanted counted from 0; undefined where none was asked for
 * @throws FacewrightError where one has to be chosen and was not, there is none with this number, or none at all
 */
export function chosenClass(source: string, classes: number, wanted: number | undefined): number | undefined {
  if (classes === 0) {
    if (wanted !== undefined) throw new FacewrightError(`${source}: has no classes; leave out --class`);
    return undefined;
  }
  if (wanted !== undefined && Number.isInteger(wanted) && wanted >= 0 && wanted < classes) return wanted;
  const wrong = wanted === undefined ? '' : `has no class ${wanted}: `;
  const choose = classes === 1 ? 'its only one with --class 0' : `one with --class 0 to ${classes - 1}`;
  const many = classes === 1 ? '1 class' : `${classes} classes`;
  throw new FacewrightError(`${source}: ${wrong}a conditional network of ${many}; choose ${choose}`);
}
