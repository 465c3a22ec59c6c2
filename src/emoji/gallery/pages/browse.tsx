// browse.html and categories/*.html: cards with filters.

import { CardSections } from '../components/card.js';
import { Empty, Filters } from '../components/facets.js';
import { Page } from '../components/page.js';
import { linkTo, sitePaths } from '../paths.js';
import type { Category, Site } from '../site.js';

export function BrowsePage({ site }: { site: Site }) {
  return (
    <Page site={site} path={sitePaths.browse} title="Browse" kind="browse">
      <h1>Browse</h1>
      <Filters entries={site.entries} />
      <Empty />
      <CardSections entries={site.entries} from={sitePaths.browse} />
    </Page>
  );
}

export function CategoryPage({ site, category }: { site: Site; category: Category }) {
  const { categories } = site;
  const { slug, title, page, entries } = category;
  const place = categories.indexOf(category);
  return (
    <Page site={site} path={page} title={title} kind="browse">
      <Neighbours
        from={page}
        label="Categories"
        previous={categories[place - 1]}
        next={categories[place + 1]}
        titleOf={(neighbour) => neighbour.title}
      />
      <h1>{title}</h1>
      <Filters
        entries={entries}
        fixed={distinct(entries.map(({ line }) => line.emoji!.categories.join())) ? undefined : 'category'}
      />
      <Empty />
      <CardSections key={slug} entries={entries} from={page} />
    </Page>
  );
}

/** Whether there are different values: only then is there something to choose. */
function distinct(values: readonly string[]): boolean {
  return new Set(values).size > 1;
}

interface NeighboursProps<T extends { readonly page: string }> {
  readonly from: string;
  readonly label: string;
  readonly previous: T | undefined;
  readonly next: T | undefined;
  titleOf(neighbour: T): string;
}

/** Links to the page before and the page after. */
export function Neighbours<T extends { readonly page: string }>(props: NeighboursProps<T>) {
  const { from, label, previous, next, titleOf } = props;
  return (
    <nav class="neighbours" aria-label={label}>
      {previous === undefined ? (
        <span />
      ) : (
        <a rel="prev" href={linkTo(previous.page, from)}>
          ← {titleOf(previous)}
        </a>
      )}
      {next !== undefined && (
        <a rel="next" href={linkTo(next.page, from)}>
          {titleOf(next)} →
        </a>
      )}
    </nav>
  );
}
