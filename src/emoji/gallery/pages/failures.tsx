// failures.html: what did not come out as it should, each with its reason.

import { countedText as counted } from '../../report/format.js';
import { Card } from '../components/card.js';
import { Empty, Filters } from '../components/facets.js';
import { Page } from '../components/page.js';
import type { Entry } from '../entries.js';
import { sitePaths } from '../paths.js';
import type { Site } from '../site.js';

const path = sitePaths.failures;

interface Kind {
  readonly id: string;
  readonly title: string;
  readonly what: string;
  /** What its entries are, one and several. */
  readonly noun: readonly [one: string, several: string];
  readonly entries: readonly Entry[];
  reasons(entry: Entry): readonly string[];
}

export function FailuresPage({ site }: { site: Site }) {
  const kinds = kindsOf(site.entries).filter(({ entries }) => entries.length > 0);
  // What missed eps may be odd as well, and then has two cards.
  const cards = kinds.reduce((sum, { entries }) => sum + entries.length, 0);
  const all = [...new Set(kinds.flatMap(({ entries }) => entries))];
  return (
    <Page site={site} path={path} title="Failures" kind="browse failures">
      <h1>Failures</h1>
      {kinds.length === 0 ? (
        <p>There are none: a face was found for every picture, within eps, and none stands out.</p>
      ) : (
        <nav class="jump" aria-label="Kinds of failures">
          {kinds.map(({ id, title, entries }) => (
            <a key={id} href={`#${id}`}>
              {title} <span>{entries.length.toLocaleString('en')}</span>
            </a>
          ))}
        </nav>
      )}
      {kinds.length > 0 && <Filters entries={all} fixed="outcome" count={counted(cards, 'card')} />}
      <Empty />
      {kinds.map(({ id, title, what, noun, entries, reasons }) => (
        <section key={id} class="cards" id={id} data-section>
          <h2>{title}</h2>
          <p class="what">
            {counted(entries.length, ...noun)}. {what}
          </p>
          <ul class="grid">
            {entries.map((entry) => (
              <Card key={entry.id} entry={entry} from={path} reasons={reasons(entry)} />
            ))}
          </ul>
        </section>
      ))}
    </Page>
  );
}

function kindsOf(entries: readonly Entry[]): Kind[] {
  const ended = (outcome: Entry['outcome']) => entries.filter((entry) => entry.outcome === outcome);
  const excess = ({ line }: Entry) => (line.losses?.L2 ?? 0) - line.eps;
  const reason = (entry: Entry) => [entry.reason];
  const results = ['result', 'results'] as const;
  return [
    {
      id: 'no-face',
      title: 'Not recognised',
      what: 'No face was found in the drawing, so there was nothing to search for.',
      noun: ['drawing', 'drawings'],
      entries: ended('no-face'),
      reasons: reason,
    },
    {
      id: 'missing',
      title: 'Missing in the set',
      what: 'Not every set has every emoji.',
      noun: ['emoji', 'emoji'],
      entries: ended('missing'),
      reasons: reason,
    },
    {
      id: 'failed',
      title: 'Failed',
      what: 'An error stood in the way.',
      noun: results,
      entries: ended('failed'),
      reasons: reason,
    },
    {
      id: 'odd',
      title: 'Odd',
      what:
        'Far out, as box plots call it: more than three interquartile ranges above the third quartile of all results of ' +
        'that size. It does not say that the face is bad, only that it is not like the others.',
      noun: results,
      entries: entries.filter(({ odd }) => odd.length > 0),
      reasons: ({ odd }) => odd,
    },
    {
      id: 'missed',
      title: 'Missed eps',
      what: 'No step came within eps; the best one is shown. The furthest off come first.',
      noun: results,
      entries: ended('missed').sort((a, b) => excess(b) - excess(a)),
      reasons: reason,
    },
  ];
}
