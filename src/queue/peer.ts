// Packages that only those install who need them.

import { FacewrightError } from '../errors.js';
import { listed } from '../words.js';

/**
 * Loads packages that do not come along.
 *
 * @param purpose what needs them, as a sentence begins: `--queue redis://…`
 * @throws FacewrightError that says what to install, where one is missing
 */
export async function loadPeers<T>(purpose: string, packages: readonly string[], load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error;
    const what = packages.length === 1 ? 'the package' : 'the packages';
    throw new FacewrightError(
      `${purpose}: needs ${what} ${listed(packages, 'and')}, which not everybody installs: npm install ${packages.join(' ')}`,
    );
  }
}
