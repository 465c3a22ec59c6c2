import { UsageError } from '../shared/exit.js';

/** @throws UsageError for a name under which nobody would look for an SVG */
export function checkPlot(path: string | undefined): void {
  if (path !== undefined && !/\.svg$/i.test(path)) {
    throw new UsageError(`--plot ${path}: must end in .svg, which is what is written`);
  }
}
