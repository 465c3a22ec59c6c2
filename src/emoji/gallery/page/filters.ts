// Filters and search over the cards of a page. Their state is in the address after #, so that it can be kept and sent.

interface FilterCard {
  readonly element: HTMLElement;
  /** The list that it stands in, when it is shown. */
  readonly list: HTMLElement;
  /** By facet: the card's values. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly text: string;
}

/** What clears the filters, where there are any. @returns whether there was anything to clear */
let clearFilters = (): boolean => false;

function readCard(element: HTMLElement): FilterCard {
  const values = new Map<string, string[]>();
  for (const token of (element.dataset.facets ?? '').split(' ')) {
    const [key, value = ''] = token.split('=', 2);
    const known = values.get(key);
    if (known === undefined) values.set(key, [decodeURIComponent(value)]);
    else known.push(decodeURIComponent(value));
  }
  const name = element.querySelector('h3')?.textContent ?? '';
  const words = [name, element.dataset.emoji ?? '', ...[...values.values()].flat()];
  return { element, list: element.parentElement!, values, text: foldText(words.join(' ')) };
}

/** Without accents, case and what Unicode adds to emoji to have them drawn in colour. */
function foldText(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[\u0300-\u036f\ufe0f]/g, '')
    .toLowerCase();
}

/** Keeps the address up to date, without a step back for every letter; hash links to a place stay what they are. */
function stateOf(form: HTMLFormElement): URLSearchParams {
  const state = new URLSearchParams();
  for (const [key, value] of new FormData(form)) {
    if (typeof value === 'string' && value.trim() !== '') state.set(key, value.trim());
  }
  return state;
}

/**
 * Puts the cards that are shown into their lists and takes the others out. (To hide them would be less to write, but a
 * browser then looks through all that is hidden for the neighbours of each card that appears: with 5,000 cards in a list
 * Chromium took up to 9 s.)
 */
function showCards(cards: readonly FilterCard[], shown: ReadonlySet<FilterCard>): void {
  const next = new Map<HTMLElement, HTMLElement>();
  for (let i = cards.length - 1; i >= 0; i--) {
    const { element, list } = cards[i];
    if (!shown.has(cards[i])) {
      element.remove();
      continue;
    }
    if (!element.isConnected) list.insertBefore(element, next.get(list) ?? null);
    next.set(list, element);
  }
  for (const list of new Set(cards.map((card) => card.list))) {
    const section = list.closest<HTMLElement>('[data-section]');
    if (section !== null) section.hidden = !next.has(list);
  }
}

function setUpFilters(form: HTMLFormElement): void {
  const cards = [...document.querySelectorAll<HTMLElement>('.card')].map(readCard);
  const selects = [...form.querySelectorAll('select')];
  const search = form.elements.namedItem('q') as HTMLInputElement;
  const reset = form.querySelector<HTMLButtonElement>('button[type=reset]')!;
  const output = byId('count')!;
  const empty = byId('empty')!;
  const noun = output.textContent?.trim().split(' ').at(-1) ?? '';

  /** Shows what matches, and how many each other choice would give. Elements are only touched where they change. */
  const apply = () => {
    const words = foldText(search.value).split(/\s+/).filter(Boolean);
    const wanted = selects.map((select) => [select.name, select.value] as const);
    const counts = selects.map(() => new Map<string, number>());
    const totals = selects.map(() => 0);
    const shown: FilterCard[] = [];
    for (const card of cards) {
      const { values, text } = card;
      let failing = words.every((word) => text.includes(word)) ? 0 : Number.POSITIVE_INFINITY;
      let failed = -1;
      for (let i = 0; i < wanted.length && failing < 2; i++) {
        const [key, value] = wanted[i];
        if (value === '' || values.get(key)?.includes(value)) continue;
        failing++;
        failed = i;
      }
      const visible = failing === 0;
      if (visible) shown.push(card);
      // A card that fails one filter alone is what another choice there would show.
      for (let i = 0; i < wanted.length && failing < 2; i++) {
        if (!visible && failed !== i) continue;
        totals[i]++;
        for (const value of values.get(wanted[i][0]) ?? []) counts[i].set(value, (counts[i].get(value) ?? 0) + 1);
      }
    }
    showCards(cards, new Set(shown));
    for (const [i, select] of selects.entries()) {
      for (const option of select.options) {
        const count = option.value === '' ? totals[i] : (counts[i].get(option.value) ?? 0);
        const text = `${option.dataset.title ?? 'any'} · ${count.toLocaleString('en')}`;
        if (option.text !== text) option.text = text;
        option.disabled = count === 0 && !option.selected;
      }
    }
    const filtered = words.length > 0 || wanted.some(([, value]) => value !== '');
    const all = cards.length.toLocaleString('en');
    output.textContent = filtered ? `${shown.length.toLocaleString('en')} of ${all} ${noun}` : `${all} ${noun}`;
    reset.hidden = !filtered;
    empty.hidden = shown.length > 0;
  };

  const keep = () => {
    const state = stateOf(form).toString();
    history.replaceState(null, '', state === '' ? location.pathname + location.search : `#${state}`);
  };

  const restore = () => {
    const state = new URLSearchParams(location.hash.slice(1));
    // A link to a place on the page is no state.
    if (location.hash !== '' && !location.hash.includes('=')) return;
    search.value = state.get('q') ?? '';
    for (const select of selects) {
      const value = state.get(select.name) ?? '';
      select.value = [...select.options].some((option) => option.value === value) ? value : '';
    }
    apply();
  };

  let waiting = false;
  const changed = () => {
    if (waiting) return;
    waiting = true;
    // Once for a frame, however fast somebody types.
    requestAnimationFrame(() => {
      waiting = false;
      apply();
      keep();
    });
  };

  clearFilters = () => {
    if (stateOf(form).size === 0) return false;
    search.value = '';
    for (const select of selects) select.value = '';
    changed();
    return true;
  };

  reveal('.filters');
  form.addEventListener('input', changed);
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('reset', (event) => {
    event.preventDefault();
    clearFilters();
  });
  for (const button of document.querySelectorAll('[data-action=clear]')) {
    button.addEventListener('click', () => {
      clearFilters();
      search.focus();
    });
  }
  addEventListener('hashchange', restore);
  apply();
  restore();
}

whenReady(() => {
  const form = byId<HTMLFormElement>('filters');
  if (form !== null) setUpFilters(form);
});
