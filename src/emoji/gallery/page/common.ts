// The parts of the pages' script share one scope: they are put one after the other into one classic script, because
// modules do not load from a disk. Everything waits for the document but the theme, which is set before anything is drawn.

/** Does something once the document is there, and so is the viewer, whose script is deferred. */
function whenReady(work: () => void): void {
  document.addEventListener('DOMContentLoaded', work);
}

/** The element with that id, of which the caller knows the kind. */
function byId<T extends HTMLElement>(id: string): T | null {
  return document.getElementById(id) as T | null;
}

/** Lets what needs this script be seen. */
function reveal(selector: string): void {
  for (const element of document.querySelectorAll<HTMLElement>(selector)) element.hidden = false;
}

/** Whether the person is typing into something. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, select, textarea');
}
