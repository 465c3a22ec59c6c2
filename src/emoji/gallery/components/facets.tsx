// What cards can be filtered by. A card carries its values as words, `set=openmoji tone=light …`, for the page's script.

import { skinTones } from '../../../results/emoji-label.js';
import { categoryTitle } from '../../categories.js';
import { countedText as counted } from '../../report/format.js';
import type { Entry } from '../entries.js';
import { groupTitle, type Outcome, outcomeTitles, setTitle, subgroupTitle } from '../titles.js';

interface Option {
  readonly value: string;
  readonly title: string;
  /** Further in, as a part of the one before. */
  readonly inner?: boolean;
}

interface Facet {
  /** In the page's address, too. */
  readonly key: string;
  readonly label: string;
  valuesIn(entry: Entry): readonly (string | undefined)[];
  /** In their order. */
  options(values: ReadonlySet<string>): readonly Option[];
}

const inOrder = (values: ReadonlySet<string>, order: readonly string[], title: (value: string) => string) =>
  order.filter((value) => values.has(value)).map((value) => ({ value, title: title(value) }));

const byTitle = (values: ReadonlySet<string>, title: (value: string) => string) =>
  [...values].map((value) => ({ value, title: title(value) })).sort((a, b) => a.title.localeCompare(b.title, 'en'));

const outcomes = Object.keys(outcomeTitles) as Outcome[];

export const facets: readonly Facet[] = [
  {
    key: 'set',
    label: 'Set',
    valuesIn: ({ line }) => [line.emoji?.set],
    options: (values) => byTitle(values, setTitle),
  },
  {
    key: 'tone',
    label: 'Skin tone',
    valuesIn: ({ line }) => [line.emoji?.tone],
    options: (values) =>
      inOrder(values, ['none', ...skinTones, 'mixed'], (tone) => (tone === 'mixed' ? 'several' : tone)),
  },
  {
    key: 'category',
    label: 'Category',
    valuesIn: ({ line }) => line.emoji?.categories ?? [],
    options: (values) => byTitle(values, categoryTitle),
  },
  {
    key: 'unicode',
    label: 'Unicode',
    valuesIn: ({ line: { emoji } }) => (emoji === undefined ? [] : [emoji.group, `${emoji.group}/${emoji.subgroup}`]),
    // Entries are in Unicode's order, and so are the values; a group comes with the first of its subgroups.
    options: (values) =>
      [...values]
        .filter((value) => !value.includes('/'))
        .flatMap((group) => [
          { value: group, title: groupTitle(group) },
          ...[...values]
            .filter((value) => value.startsWith(`${group}/`))
            .map((value) => ({ value, title: subgroupTitle(value.slice(group.length + 1)), inner: true })),
        ]),
  },
  {
    key: 'size',
    label: 'Size',
    valuesIn: ({ size }) => [size === undefined ? undefined : String(size)],
    options: (values) =>
      [...values].sort((a, b) => Number(a) - Number(b)).map((value) => ({ value, title: `${value} px` })),
  },
  {
    key: 'outcome',
    label: 'Outcome',
    valuesIn: ({ outcome, odd }) => [outcome, odd.length > 0 ? 'odd' : undefined],
    options: (values) =>
      inOrder(values, [...outcomes, 'odd'], (value) => (value === 'odd' ? 'odd' : outcomeTitles[value as Outcome])),
  },
];

/** A card's values. Spaces in them are encoded. */
export function tokens(entry: Entry): string {
  return facets
    .flatMap(({ key, valuesIn }) =>
      valuesIn(entry)
        .filter((value) => value !== undefined)
        .map((value) => `${key}=${encodeURIComponent(value)}`),
    )
    .join(' ');
}

interface FiltersProps {
  readonly entries: readonly Entry[];
  /** The facet that the page itself chooses. */
  readonly fixed?: string;
  /** How many cards there are, and what they are called there, where that is not a card for each entry. */
  readonly count?: string;
}

/** The search field and the filters of a page; those with nothing to choose from are left out. */
export function Filters({ entries, fixed, count }: FiltersProps) {
  return (
    // Without a script nothing would happen.
    <search class="filters" hidden>
      <form id="filters">
        <label class="search">
          <span>Search</span>
          <input type="search" name="q" autocomplete="off" spellcheck={false} placeholder="name, set, emoji" />
        </label>
        {facets.map((facet) => {
          const values = new Set(
            entries.flatMap((entry) => facet.valuesIn(entry)).filter((value) => value !== undefined),
          );
          if (facet.key === fixed || values.size < 2) return null;
          return (
            <label key={facet.key}>
              <span>{facet.label}</span>
              <select name={facet.key}>
                <option value="">any</option>
                {facet.options(values).map(({ value, title, inner }) => (
                  <option key={value} value={value} data-title={inner ? `\u2003${title}` : title}>
                    {inner ? `\u2003${title}` : title}
                  </option>
                ))}
              </select>
            </label>
          );
        })}
        <p class="count">
          <output id="count">{count ?? counted(entries.length, 'result')}</output>
          <button type="reset" hidden>
            Clear
          </button>
        </p>
      </form>
    </search>
  );
}

/** What is said where the filters leave nothing. */
export function Empty() {
  return (
    <p id="empty" class="empty" hidden>
      Nothing matches all of that.{' '}
      <button type="button" data-action="clear">
        Clear the filters
      </button>
    </p>
  );
}
