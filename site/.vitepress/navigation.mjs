// What stands in the bar above and beside the pages: the order is that of the links in README.md and docs/commands/README.md.

import { dirname, join, normalize } from 'node:path/posix';
import { documents, linksOf, textOf, titleOf } from '../../tools/documents.mjs';

const fromReadme = pagesLinkedBy('README.md');
const guides = fromReadme.filter((path) => path.startsWith('docs/guides/'));
const commands = pagesLinkedBy('docs/commands/README.md').filter((path) => path.startsWith('docs/commands/'));
const inside = fromReadme.filter((path) => !path.startsWith('docs/guides/') && !path.startsWith('docs/commands/'));

export const nav = [
  { text: 'Guides', link: addressOf(guides[0]), activeMatch: '/docs/guides/' },
  { text: 'Commands', link: '/docs/commands/', activeMatch: '/docs/commands/' },
  { text: 'How it works', link: '/docs/architecture' },
];

export const sidebar = [
  { text: 'Start', link: '/' },
  { text: 'Guides', items: guides.map(entry) },
  { text: 'Commands', link: '/docs/commands/', items: commands.map(entry) },
  { text: 'More', items: inside.map(entry) },
];

/** The documents that a document links, in its order, each once. */
function pagesLinkedBy(path) {
  const linked = linksOf(textOf(path)).map((link) => normalize(join(dirname(path), link.split('#')[0])));
  return [...new Set(linked)].filter((target) => documents.includes(target));
}

function entry(path) {
  return { text: titleOf(textOf(path)).replace(/^facewright /, ''), link: addressOf(path) };
}

function addressOf(path) {
  return `/${path.replace(/(README)?\.md$/, '')}`;
}
