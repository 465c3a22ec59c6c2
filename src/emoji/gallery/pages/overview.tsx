// index.html: what there is, and the ways into it.

import { countedText as counted } from '../../report/format.js';
import { recognised } from '../../report/measures.js';
import { Image } from '../components/figures.js';
import { Page } from '../components/page.js';
import type { Entry } from '../entries.js';
import { browseWith, linkTo, sitePaths } from '../paths.js';
import { found, type Site } from '../site.js';
import { groupTitle, share, subgroupTitle } from '../titles.js';

const path = sitePaths.index;

export function OverviewPage({ site }: { site: Site }) {
  const { sheet, categories, groups } = site;
  return (
    <Page site={site} path={path} kind="overview">
      <h1>{site.title}</h1>
      <Numbers site={site} />
      {sheet !== undefined && (
        <a class="sheet-preview" href={sitePaths.sheet}>
          <img
            src={sitePaths.preview}
            alt={`The sheet: ${counted(pairs(site.entries), 'pair')} of what was given and the face that was found, close together`}
            width={sheet.preview.width}
            height={sheet.preview.height}
          />
          <span>The whole sheet, to zoom into</span>
        </a>
      )}
      {categories.length > 0 && (
        <section>
          <h2>The article's categories</h2>
          <ul class="tiles">
            {categories.map(({ slug, title, page, entries }) => (
              <Tile key={slug} title={title} to={page} entries={entries} />
            ))}
          </ul>
        </section>
      )}
      {groups.map((group) => (
        <section key={group.slug}>
          <h2>{groupTitle(group.slug)}</h2>
          <ul class="tiles">
            {group.subgroups.map(({ slug, entries }) => (
              <Tile
                key={slug}
                title={subgroupTitle(slug)}
                to={browseWith('unicode', `${group.slug}/${slug}`)}
                entries={entries}
              />
            ))}
          </ul>
        </section>
      ))}
      {groups.length === 0 && (
        <section>
          <h2>The pictures</h2>
          <ul class="tiles">
            {site.subjects.slice(0, 24).map(({ title, page, entries }) => (
              <Tile key={page} title={title} to={page} entries={entries} />
            ))}
          </ul>
          {site.subjects.length > 24 && (
            <p>
              <a href={sitePaths.browse}>All {site.subjects.length.toLocaleString('en')}</a>
            </p>
          )}
        </section>
      )}
      <Afterwards site={site} />
    </Page>
  );
}

function Numbers({ site }: { site: Site }) {
  const { entries } = site;
  const faces = found(entries);
  const emoji = entries.filter(({ line }) => line.emoji !== undefined);
  // Of drawings, as in the report: results are of several sizes and seeds.
  const drawn = recognised(entries.map(({ line }) => line));
  const faceDrawings = drawn.reduce((sum, { value }) => sum + value, 0);
  const within = faces.filter(({ outcome }) => outcome === 'within');
  const sets = new Set(emoji.map(({ line }) => line.emoji!.set));
  const sizes = [...new Set(entries.map(({ size }) => size))]
    .filter((size) => size !== undefined)
    .sort((a, b) => a - b);
  const facts: [number: string, what: string][] = [
    [faces.length.toLocaleString('en'), faces.length === 1 ? 'face' : 'faces'],
    [site.subjects.length.toLocaleString('en'), emoji.length > 0 ? 'emoji' : 'pictures'],
  ];
  if (sets.size > 0) facts.push([String(sets.size), sets.size === 1 ? 'set' : 'sets']);
  if (sizes.length > 0) facts.push([sizes.join(', '), 'pixels a side']);
  if (drawn.length > 0) facts.push([share(faceDrawings, drawn.length), 'recognised as faces']);
  facts.push([share(within.length, faces.length), 'within eps']);
  return (
    <dl class="numbers">
      {facts.map(([number, what]) => (
        <div key={what}>
          <dt>{what}</dt>
          <dd>{number}</dd>
        </div>
      ))}
    </dl>
  );
}

/** How many results a tile shows. */
const SAMPLES = 2;

function Tile({ title, to, entries }: { title: string; to: string; entries: readonly Entry[] }) {
  const shown = samples(entries);
  return (
    <li class="tile">
      <div class={shown.length === 1 ? 'samples one' : 'samples'}>
        {shown.map(({ id, pictures: { drawing, thumbnail } }) => (
          <>
            {drawing !== undefined && <Image key={`${id} drawing`} picture={drawing} alt="" from={path} lazy={true} />}
            <Image key={id} picture={thumbnail!} alt="" from={path} lazy={true} />
          </>
        ))}
      </div>
      <h3>
        <a href={to.includes('#') ? to : linkTo(to, path)}>{title}</a>
      </h3>
      <p>{counted(found(entries).length, 'face')}</p>
    </li>
  );
}

/** Results from all over the list. */
function samples(entries: readonly Entry[]): Entry[] {
  const shown = entries.filter(({ pictures }) => pictures.thumbnail !== undefined);
  const step = Math.max(1, shown.length / SAMPLES);
  return Array.from({ length: Math.min(SAMPLES, shown.length) }, (_, i) => shown[Math.floor(i * step)]);
}

function Afterwards({ site }: { site: Site }) {
  const failed = site.entries.filter(({ line }) => line.status === 'failed').length;
  const odd = site.entries.filter((entry) => entry.odd.length > 0).length;
  return (
    <section>
      <h2>What did not go well</h2>
      <p>
        <a href={sitePaths.failures}>Failures</a>: {failed.toLocaleString('en')} without a face,{' '}
        {odd.toLocaleString('en')} that are odd, and all that missed eps, each with its reason.
      </p>
      {site.report !== undefined && (
        <p>
          <a href={sitePaths.report}>Report</a>: what the pictures say, measured.
        </p>
      )}
    </section>
  );
}

/** How many pairs the sheet shows. */
export function pairs(entries: readonly Entry[]): number {
  return entries.filter(({ pictures }) => pictures.thumbnail !== undefined).length;
}
