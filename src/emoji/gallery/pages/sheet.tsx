// sheet.html: the whole sheet, to zoom into.

import { countedText as counted } from '../../report/format.js';
import type { BigSheet } from '../big-sheet.js';
import { Page, PageData } from '../components/page.js';
import { originOf } from '../entries.js';
import { linkTo, sitePaths } from '../paths.js';
import type { Site } from '../site.js';
import { lossText, outcomeTitles } from '../titles.js';
import { pairs } from './overview.js';

const path = sitePaths.sheet;

export function SheetPage({ site, sheet }: { site: Site; sheet: BigSheet }) {
  const count = counted(pairs(site.entries), 'pair');
  return (
    <Page site={site} path={path} title="Sheet" kind="sheet" scripts={[sitePaths.viewer]}>
      <h1>{count} of picture and face</h1>
      <div id="viewer" role="application" aria-label={`The sheet: ${count}, to zoom into and move about`} />
      <div class="viewer-tools" role="toolbar" aria-label="Zoom">
        <button type="button" data-zoom="in" aria-label="Zoom in">
          +
        </button>
        <button type="button" data-zoom="out" aria-label="Zoom out">
          −
        </button>
        <button type="button" data-zoom="all">
          All
        </button>
        <button type="button" data-zoom="full">
          Full screen
        </button>
      </div>
      <p id="under" class="under" role="status">
        Choose a pair to see what it is.
      </p>
      <noscript>
        <p>Zooming needs a script. The pictures below are the same.</p>
      </noscript>
      <p>
        As PNG:{' '}
        {sheet.parts.map(({ png, width, height }, i) => (
          <>
            {i > 0 && ', '}
            <a key={png} href={linkTo(png, path)}>
              {png}
            </a>{' '}
            ({width.toLocaleString('en')} × {height.toLocaleString('en')} px)
          </>
        ))}
        . The same as cards, with words: <a href={sitePaths.browse}>Browse</a>.
      </p>
      <PageData id="sheet-data" value={viewerData(sheet)} />
      <p class="small">
        The viewer is OpenSeadragon, <a href={linkTo(sitePaths.viewerLicence, path)}>BSD 3-clause</a>.
      </p>
    </Page>
  );
}

/** What the page's script gets; src/emoji/gallery/page/sheet.ts reads it. */
function viewerData({ parts, layout, tile }: BigSheet) {
  const { places, columns, rowsPerPart, pitch, cell, left, top } = layout;
  return {
    parts: parts.map(({ tiles, width, height }) => ({ tiles, width, height })),
    tile,
    columns,
    rowsPerPart,
    pitch,
    cell,
    left,
    top,
    places: places.map((place) => {
      if (typeof place === 'string') return null;
      const { line, name, subject, id, outcome } = place;
      const L2 = line.losses === null ? '' : `L2 ${lossText(line.losses.L2)}`;
      const facts = [originOf(place), L2, outcomeTitles[outcome]].filter((fact) => fact !== '').join(' · ');
      return [name, facts, linkTo(`${subject.page}#r-${id}`, path)];
    }),
  };
}
