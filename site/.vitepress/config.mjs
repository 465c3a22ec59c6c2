// The site of the documents. Its pages are README.md, docs/ and what they lead to, where they lie; folders stay what they are, so that the
// links between them hold here as they do on GitHub.

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { root, slugOf } from '../../tools/documents.mjs';
import { copyLinkedFiles, leadToSite } from './links.mjs';
import { nav, sidebar } from './navigation.mjs';

/** Short words are meant as they stand, and what is for users comes before what is for who works on facewright. */
const searchOptions = {
  fuzzy: (term) => (term.length > 4 ? 0.2 : false),
  boostDocument: (address) =>
    /^\/docs\/(commands|guides)\//.test(address) ? 2 : /^\/CHANGELOG/.test(address) ? 0.2 : 1,
};

export default defineConfig({
  srcDir: root,
  srcExclude: ['!(README|CONTRIBUTING|CHANGELOG).md', '!(docs|examples|models|test|tools)/**/*'],
  rewrites: (path) => path.replace(/README\.md$/, 'index.md'),

  lang: 'en-GB',
  title: 'facewright',
  description:
    'Finds faces, out of all that a StyleGAN generator can draw, that look like a small picture when scaled down',
  head: [
    ['link', { rel: 'icon', href: '/logo.svg', type: 'image/svg+xml' }],
    ['meta', { name: 'theme-color', content: '#b3491f' }],
  ],
  markdown: {
    anchor: { slugify: slugOf },
    config(markdown) {
      leadToSite(markdown);
      frameIndentedCode(markdown);
    },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
  },
  vite: {
    publicDir: fileURLToPath(new URL('../public', import.meta.url)),
    plugins: [vueOfThisFolder()],
    build: { chunkSizeWarningLimit: 2000 }, // what searches know of all pages is one file
  },
  transformPageData: ({ relativePath, frontmatter }) => {
    if (/^(index|docs\/(commands|guides)\/)/.test(relativePath)) frontmatter.pageClass = 'words';
  },
  buildEnd: ({ outDir }) => copyLinkedFiles(outDir),

  themeConfig: {
    logo: '/logo.svg',
    nav,
    sidebar,
    outline: { level: [2, 3], label: 'On this page' },
    search: { provider: 'local', options: { miniSearch: { searchOptions } } },
    docFooter: { prev: 'Before', next: 'Next' },
  },
});

/** Pages that lie outside of this folder find Vue, which is in here, when they are made into HTML. */
function vueOfThisFolder() {
  return {
    name: 'vue-of-this-folder',
    enforce: 'pre',
    resolveId: (id, _, { ssr }) => (ssr && /^vue($|\/)/.test(id) ? { id, external: true } : null),
  };
}

/** A plug-in of markdown-it: indented code looks like fenced code. */
function frameIndentedCode({ renderer: { rules } }) {
  rules.code_block = (tokens, index, ...rest) => {
    tokens[index].info = 'text';
    return rules.fence(tokens, index, ...rest);
  };
}
