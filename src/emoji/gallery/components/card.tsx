// A result as a card, and cards in sections.

import { groupBy } from '../../../results/group-by.js';
import { type Entry, originOf } from '../entries.js';
import { linkTo } from '../paths.js';
import { lossText, outcomeTitles, subgroupTitle } from '../titles.js';
import { tokens } from './facets.js';
import { Pictures } from './figures.js';

interface CardProps {
  readonly entry: Entry;
  readonly from: string;
  /** Sentences below it: why it is where it is. */
  readonly reasons?: readonly string[];
}

export function Card({ entry, from, reasons }: CardProps) {
  const { line, outcome, odd, name } = entry;
  const origin = originOf(entry);
  return (
    <li class="card" data-facets={tokens(entry)} data-emoji={line.emoji?.character}>
      <Pictures entry={entry} from={from} />
      <h3>
        <a href={linkTo(`${entry.subject.page}#r-${entry.id}`, from)}>{name}</a>
      </h3>
      <p class="facts">
        {origin !== '' && <span>{origin}</span>}
        {line.losses !== null && <span>L2 {lossText(line.losses.L2)}</span>}
        {!reasons?.includes(entry.reason) && <Badge entry={entry} />}
        {odd.length > 0 && <span class="badge odd">odd</span>}
      </p>
      {reasons?.map((reason) => (
        <p key={reason} class="reason">
          {reason}
        </p>
      ))}
      {outcome === 'failed' && reasons === undefined && <p class="reason">{line.error}</p>}
    </li>
  );
}

export function Badge({ entry: { outcome } }: { entry: Entry }) {
  return <span class={`badge ${outcome}`}>{outcomeTitles[outcome]}</span>;
}

/** Cards by Unicode's subgroups, each with a heading; without one where there are none. */
export function CardSections({ entries, from }: { entries: readonly Entry[]; from: string }) {
  return (
    <>
      {[...groupBy(entries, ({ line }) => line.emoji?.subgroup)].map(([subgroup, members]) => (
        <section key={subgroup ?? ''} class="cards" data-section>
          <h2>{subgroup === undefined ? 'Pictures' : subgroupTitle(subgroup)}</h2>
          <ul class="grid">
            {members.map((entry) => (
              <Card key={entry.id} entry={entry} from={from} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}
