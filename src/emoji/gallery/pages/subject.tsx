// emoji/*.html: an emoji in all sets, skin tones, sizes and with all seeds. pictures/*.html: all faces of a picture.

import { groupBy } from '../../../results/group-by.js';
import { licenceText } from '../../../words.js';
import { categoryTitle } from '../../categories.js';
import { Badge } from '../components/card.js';
import { Pictures } from '../components/figures.js';
import { Page } from '../components/page.js';
import { type Entry, originOf, type Subject } from '../entries.js';
import { fileName, linkTo } from '../paths.js';
import { categoryPage, type Site } from '../site.js';
import { groupTitle, lossText, setTitle, subgroupTitle } from '../titles.js';
import { Neighbours } from './browse.js';

interface SubjectProps {
  readonly site: Site;
  readonly subject: Subject;
  readonly previous: Subject | undefined;
  readonly next: Subject | undefined;
}

export function SubjectPage({ site, subject, previous, next }: SubjectProps) {
  const { title, page, entries } = subject;
  const sets = [...groupBy(entries, ({ line }) => line.emoji?.set)];
  return (
    <Page site={site} path={page} title={title} kind="subject">
      <Neighbours
        from={page}
        label="Neighbours"
        previous={previous}
        next={next}
        titleOf={(neighbour) => neighbour.title}
      />
      <h1>{title}</h1>
      <About subject={subject} />
      {sets.length > 1 && (
        <nav class="jump" aria-label="Sets">
          {sets.map(([set]) => (
            <a key={set} href={`#${anchorOf(set)}`}>
              {setTitle(set ?? '')}
            </a>
          ))}
        </nav>
      )}
      {sets.map(([set, members]) => (
        <section key={set ?? ''} id={anchorOf(set)}>
          {set !== undefined && <h2>{setTitle(set)}</h2>}
          <div class="results">
            {members.map((entry) => (
              <Result key={entry.id} entry={entry} from={page} level={set === undefined ? 2 : 3} />
            ))}
          </div>
        </section>
      ))}
    </Page>
  );
}

/** The place of a set on the page. */
function anchorOf(set: string | undefined): string | undefined {
  return set === undefined ? undefined : `set-${fileName(set)}`;
}

function About({ subject: { entries, page } }: { subject: Subject }) {
  const emoji = entries.map(({ line }) => line.emoji).find((label) => label !== undefined);
  if (emoji === undefined) return null;
  const categories = [...new Set(entries.flatMap(({ line }) => line.emoji?.categories ?? []))];
  return (
    <p class="about">
      {emoji.base
        .split('-')
        .map((point) => `U+${point.toUpperCase().padStart(4, '0')}`)
        .join(' ')}
      {' · '}
      {groupTitle(emoji.group)}, {subgroupTitle(emoji.subgroup).toLowerCase()}
      {categories.map((slug) => (
        <>
          {' · '}
          <a key={slug} href={linkTo(categoryPage(slug), page)}>
            {categoryTitle(slug)}
          </a>
        </>
      ))}
    </p>
  );
}

function Result({ entry, from, level }: { entry: Entry; from: string; level: 2 | 3 }) {
  const { id, line, reason, odd, name } = entry;
  const Heading = `h${level}` as const;
  const origin = originOf(entry);
  return (
    <article class="result" id={`r-${id}`}>
      <Heading>
        {line.emoji === undefined ? name : origin.replace(/^[^,]*(?:, )?/, '') || 'no skin tone'}{' '}
        <Badge entry={entry} />
        {odd.length > 0 && <span class="badge odd">odd</span>}
      </Heading>
      <Pictures entry={entry} from={from} large={true} />
      <p>
        {reason} {odd.join(' ')}
      </p>
      {line.status === 'done' && <Facts line={line} />}
    </article>
  );
}

function Facts({ line }: { line: Entry['line'] }) {
  const facts: [what: string, value: string][] = [
    ...Object.entries(line.losses ?? {}).map(([term, value]): [string, string] => [lossTitle(term), lossText(value)]),
    ['best step', line.best_step === null ? '–' : `${line.best_step + 1} of ${line.steps}`],
    ['seed', String(line.seed)],
    ['time', `${line.seconds.toFixed(1)} s`],
  ];
  const more: [what: string, value: string][] = [
    ['model', `${line.model.name} (${licenceText(line.model.licence)}), SHA-256 ${line.model.sha256}`],
    ['engine', `${line.engine}, ${line.adapter}`],
    ['restart kept', String(line.restart + 1)],
    ...(line.emoji === undefined ? [] : [['frame', line.emoji.frame] as [string, string]]),
    ...Object.entries(line.options).map(([name, value]): [string, string] => [`--${name}`, optionText(value)]),
    ['file', line.output],
  ];
  return (
    <>
      <FactList facts={facts} />
      <details>
        <summary>Options and model</summary>
        <FactList facts={more} />
      </details>
    </>
  );
}

function FactList({ facts }: { facts: readonly (readonly [what: string, value: string])[] }) {
  return (
    <dl class="facts">
      {facts.map(([what, value]) => (
        <div key={what}>
          <dt>{what}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function lossTitle(term: string): string {
  return term === 'TOTAL' ? 'total loss' : term;
}

function optionText(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(',');
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
}
