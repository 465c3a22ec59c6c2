// Keys: / search, arrows from card to card, Escape, t, ?, and on a page with neighbours the arrows to them.

const CARD_LINKS = '.card h3 a, .tile h3 a';

/** The links of the cards that are shown. */
function cardLinks(): HTMLElement[] {
  const links = [...document.querySelectorAll<HTMLElement>(CARD_LINKS)];
  return links.filter((link) => link.closest('[hidden]') === null);
}

/** The card that an arrow leads to. @param links all cards in order @param from the one with the focus */
function neighbourCard(links: readonly HTMLElement[], from: HTMLElement, key: string): HTMLElement | undefined {
  const place = links.indexOf(from);
  if (key === 'ArrowLeft') return links[place - 1];
  if (key === 'ArrowRight') return links[place + 1];
  const step = key === 'ArrowDown' ? 1 : -1;
  const boxOf = (link: HTMLElement) => link.closest('li')!.getBoundingClientRect();
  const start = boxOf(from);
  let best: HTMLElement | undefined;
  let row: number | undefined;
  let nearest = Number.POSITIVE_INFINITY;
  for (let i = place + step; i >= 0 && i < links.length; i += step) {
    const box = boxOf(links[i]);
    if (Math.abs(box.top - start.top) < 2) continue;
    row ??= box.top;
    if (Math.abs(box.top - row) >= 2) break;
    const off = Math.abs(box.left - start.left);
    if (off < nearest) {
      nearest = off;
      best = links[i];
    }
  }
  return best;
}

/** The first card that is to be seen. */
function firstCardInSight(links: readonly HTMLElement[]): HTMLElement | undefined {
  return links.find((link) => link.closest('li')!.getBoundingClientRect().bottom > 0) ?? links[0];
}

function focusCard(link: HTMLElement | undefined): boolean {
  if (link === undefined) return false;
  link.focus({ preventScroll: true });
  link.closest('li')!.scrollIntoView({ block: 'nearest' });
  return true;
}

function arrowKey(key: string): boolean {
  const sideways = key === 'ArrowLeft' || key === 'ArrowRight';
  const neighbour = document.querySelector<HTMLAnchorElement>(key === 'ArrowLeft' ? 'a[rel=prev]' : 'a[rel=next]');
  const links = cardLinks();
  const active = document.activeElement as HTMLElement | null;
  if (active?.matches(CARD_LINKS)) {
    const next = neighbourCard(links, active, key);
    if (next === undefined && key === 'ArrowUp') return focusSearch();
    return focusCard(next) || sideways;
  }
  if (sideways && neighbour !== null && document.body.classList.contains('subject')) {
    location.assign(neighbour.href);
    return true;
  }
  // Up and down scroll, until a card has the focus.
  return sideways && links.length > 0 && focusCard(firstCardInSight(links));
}

function focusSearch(): boolean {
  const search = document.querySelector<HTMLInputElement>('#filters input[type=search]');
  if (search === null) return false;
  search.focus();
  search.select();
  return true;
}

function pressKey(event: KeyboardEvent): boolean {
  const { key, target } = event;
  const dialog = byId<HTMLDialogElement>('keys');
  if (dialog?.open) return false;
  if (key === 'Escape') {
    if (document.fullscreenElement !== null) return false;
    const cleared = clearFilters();
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    return cleared;
  }
  if (isTyping(target)) {
    const fromSearch = target instanceof HTMLInputElement && (key === 'ArrowDown' || key === 'Enter');
    return fromSearch && focusCard(cardLinks()[0]);
  }
  // The sheet's viewer moves about with the arrows.
  if (target instanceof Element && target.closest('#viewer, .wide') !== null && key.startsWith('Arrow')) return false;
  switch (key) {
    case '/':
      return focusSearch();
    case 't':
      changeTheme();
      return true;
    case '?':
      dialog?.showModal();
      return true;
    case 'ArrowLeft':
    case 'ArrowRight':
    case 'ArrowUp':
    case 'ArrowDown':
      return arrowKey(key);
    default:
      return false;
  }
}

whenReady(() => {
  reveal('[data-action=keys]');
  document.querySelector('[data-action=keys]')?.addEventListener('click', () => {
    byId<HTMLDialogElement>('keys')?.showModal();
  });
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (pressKey(event)) event.preventDefault();
  });
});
