// The documents for people: which there are, their headings and links. For the tests that hold them together (test/docs/), and for the
// site that is made of them (site/, tools/check-site.mjs).

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Every document that people are led to, by its path below the clone. */
export const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'examples/browser/README.md',
  'models/README.md',
  'test/goldens/README.md',
  'tools/demo-model/README.md',
  'tools/null-gpu/README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .map((path) => `docs/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.md')),
];

export function textOf(path) {
  return readFileSync(join(root, path), 'utf8');
}

/** A text without its blocks of code. */
function proseOf(text) {
  return text.replace(/^```.*?^```$/gms, '').replace(/^ {4}.*$/gm, '');
}

/** Where links lead, pictures included, as they are written; without those to the web. */
export function linksOf(text) {
  const found = [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target);
  return found.filter((target) => !/^[a-z]+:/.test(target));
}

/** What the first heading says. */
export function titleOf(text) {
  return text.match(/^# (.*)$/m)[1];
}

/** The anchors of a text's headings, as GitHub makes them. */
export function anchorsOf(text) {
  const headings = [...proseOf(text).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    slugOf(heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')),
  );
  return headings.map((slug, index) => {
    const before = headings.slice(0, index).filter((other) => other === slug).length;
    return before === 0 ? slug : `${slug}-${before}`;
  });
}

/** A heading's anchor, as GitHub makes it. */
export function slugOf(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-');
}
