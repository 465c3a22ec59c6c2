// Links that hold on GitHub and in a clone, made to hold on the site: a README.md is its folder's page here, and other files of the clone
// come along, as text that a browser shows.

import { copyFileSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path/posix';
import { documents, linksOf, root, textOf } from '../../tools/documents.mjs';

/** A plug-in of markdown-it. */
export function leadToSite(markdown) {
  const { rules } = markdown.renderer;
  const render = rules.link_open;
  rules.link_open = (tokens, index, options, env, self) => {
    const href = tokens[index].attrGet('href');
    if (isOfClone(href)) {
      const path = normalize(join(dirname(env.relativePath), href.split('#')[0]));
      if (/README\.md(#|$)/.test(href)) tokens[index].attrSet('href', href.replace('README.md', 'index.md'));
      else if (isFile(path)) tokens[index].attrSet('href', `${href}.txt`);
      else if (!path.endsWith('.md')) tokens[index].attrs = [];
    }
    return render(tokens, index, options, env, self);
  };
}

/** Puts the files there that `leadToSite` leads to. */
export function copyLinkedFiles(outDir) {
  for (const document of documents) {
    for (const link of linksOf(textOf(document)).filter(isOfClone)) {
      const path = normalize(join(dirname(document), link.split('#')[0]));
      if (!isFile(path)) continue;
      const copy = join(outDir, `${path}.txt`);
      mkdirSync(dirname(copy), { recursive: true });
      copyFileSync(join(root, path), copy);
    }
  }
}

/** Whether a link leads elsewhere in the clone; not on the same page, and not to the web. */
function isOfClone(href) {
  return href !== null && !/^([a-z]+:|#|\/)/.test(href);
}

/** Whether that is a file, which is neither a page nor a picture. */
function isFile(path) {
  if (/\.(md|png|webp|svg)$/.test(path)) return false;
  return statSync(join(root, path), { throwIfNoEntry: false })?.isFile() === true;
}
