/** Where the golden files lie: what the original PyTorch code computed, which tests compare with. */

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'uvu';
import { skip } from './skip.js';

/** The nearest folder upwards that holds package.json: compiled tests lie in dist-test/, their sources in test/. */
function repositoryRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('the tests must lie below the folder of package.json');
    folder = parent;
  }
  return folder;
}

const ROOT = repositoryRoot();

/**
 * The path of a golden file, for example `goldenPath('stylegan1/synthesis.pt')`.
 *
 * The full set in ../shared/goldens, beside the repository, is preferred; the project carries small copies in
 * test/goldens/ of what its tests need to pass anywhere. `undefined` when neither has the file: the test then skips.
 */
export function goldenPath(relative: string): string | undefined {
  return [join(ROOT, '..', 'shared', 'goldens', relative), join(ROOT, 'test', 'goldens', relative)].find(existsSync);
}

/** A test that gets the paths of golden files; left out where one of them is only in the full set and that is not there. */
export function goldenTest(
  test: Test,
  name: string,
  files: readonly string[],
  body: (...paths: string[]) => void | Promise<void>,
): void {
  const paths = files.map(goldenPath);
  const missing = files.filter((_, index) => paths[index] === undefined);
  if (missing.length === 0) test(name, () => body(...(paths as string[])));
  else
    skip(
      test,
      `${name} (${missing.join(', ')})`,
      'the full set of golden values is not there (test/goldens/README.md)',
    );
}
