// What every page has: head, navigation, foot.

import type { ComponentChildren } from 'preact';
import { licenceText } from '../../../words.js';
import { linkTo, sitePaths } from '../paths.js';
import { mainPages, notice, type Site } from '../site.js';

interface PageProps {
  readonly site: Site;
  /** The page's own path. */
  readonly path: string;
  /** What the page is about; the overview has the gallery's own title. */
  readonly title?: string;
  /** A class of the body, for what is laid out otherwise. */
  readonly kind: string;
  /** Scripts that it needs before the gallery's own. */
  readonly scripts?: readonly string[];
  readonly children: ComponentChildren;
}

export function Page({ site, path, title, kind, scripts = [], children }: PageProps) {
  const to = (target: string) => linkTo(target, path);
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="generator" content="facewright gallery" />
        <title>{title === undefined ? site.title : `${title} – ${site.title}`}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href={to(sitePaths.style)} />
        {scripts.map((script) => (
          <script key={script} src={to(script)} defer />
        ))}
        <script src={to(sitePaths.script)} />
      </head>
      <body class={kind}>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <header class="top">
          <a class="brand" href={to(sitePaths.index)}>
            {site.title}
          </a>
          <nav aria-label="Pages">
            {mainPages(site).map((page) => (
              <a key={page.path} href={to(page.path)} aria-current={page.path === path ? 'page' : undefined}>
                {page.title}
              </a>
            ))}
          </nav>
          <span class="tools">
            <button type="button" data-action="theme" hidden>
              Dark
            </button>
            <button type="button" data-action="keys" aria-label="Keys" hidden>
              ?
            </button>
          </span>
        </header>
        <main id="main" tabindex={-1}>
          {children}
        </main>
        <Foot site={site} />
        <KeysDialog />
      </body>
    </html>
  );
}

function Foot({ site }: { site: Site }) {
  return (
    <footer class="foot">
      <p>
        <strong>{notice.title}</strong> {notice.text}
      </p>
      <ul>
        {site.credits.map(({ set, text, url }) => (
          <li key={set}>{url === undefined ? text : <a href={url}>{text}</a>}</li>
        ))}
        {site.models.map(({ name, sha256, licence }) => (
          <li key={sha256}>
            Faces: generator {name}, {licenceText(licence)}
          </li>
        ))}
      </ul>
    </footer>
  );
}

const keys: readonly (readonly [key: string, what: string])[] = [
  ['/', 'search'],
  ['← → ↑ ↓', 'from card to card'],
  ['Enter', 'open the card'],
  ['Esc', 'clear search and filters, close'],
  ['← →', "on an emoji's page: previous, next"],
  ['+ − 0', 'on the sheet: zoom in, out, all'],
  ['t', 'dark or light'],
  ['?', 'these keys'],
];

function KeysDialog() {
  return (
    <dialog id="keys" aria-labelledby="keys-title">
      <h2 id="keys-title">Keys</h2>
      <dl>
        {keys.map(([key, what]) => (
          <div key={what}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}

/** Data for the page's script. */
export function PageData({ id, value }: { id: string; value: unknown }) {
  // In a script element nothing is escaped, and nothing but its end tag and comments means anything.
  const json = JSON.stringify(value).replaceAll('<', '\\u003c');
  return <script type="application/json" id={id} dangerouslySetInnerHTML={{ __html: json }} />;
}
