// Where the files of a gallery lie, and how its pages name them. Paths are relative to the gallery and have forward
// slashes. What comes from a journal is not trusted to be fit for a file's name.

import { createHash } from 'node:crypto';

/** The pages and files that every gallery has. */
export const sitePaths = {
  index: 'index.html',
  browse: 'browse.html',
  sheet: 'sheet.html',
  failures: 'failures.html',
  report: 'report.html',
  style: 'assets/style.css',
  script: 'assets/gallery.js',
  viewer: 'assets/openseadragon.min.js',
  viewerLicence: 'assets/openseadragon-LICENSE.txt',
  preview: 'sheet-preview.webp',
} as const;

/** The first 16 hexadecimal digits of a text's SHA-256. */
export function shortHash(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 16);
}

/** A name for a file that every file system takes and no two texts share: the text itself where it is plain. */
export function fileName(text: string): string {
  // Windows keeps some names for its devices.
  if (/^[a-z0-9][a-z0-9-]{0,99}$/.test(text) && !/^(con|prn|aux|nul|com\d|lpt\d)$/.test(text)) return text;
  const plain = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60);
  return `${plain === '' ? 'x' : plain}-${shortHash(text)}`;
}

/** The address of a file of the gallery, as a page in `from` links to it. @param from the path of that page */
export function linkTo(path: string, from: string): string {
  const up = '../'.repeat(from.split('/').length - 1);
  const [file, anchor] = path.split('#', 2);
  const encoded = file.split('/').map(encodeURIComponent).join('/');
  return `${up}${encoded}${anchor === undefined ? '' : `#${anchor}`}`;
}

/** The address of the page with everything, with a filter set. */
export function browseWith(facet: string, value: string): string {
  return `${sitePaths.browse}#${new URLSearchParams({ [facet]: value }).toString()}`;
}
