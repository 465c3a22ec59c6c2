// Dark and light: as the system has it, or as was chosen here. The choice is remembered, where a page may remember.

const THEME_KEY = 'facewright-theme';

type Theme = 'dark' | 'light';

function systemTheme(): Theme {
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

function chosenTheme(): Theme | null {
  try {
    const theme = localStorage.getItem(THEME_KEY);
    return theme === 'dark' || theme === 'light' ? theme : null;
  } catch {
    // Storage may be forbidden.
    return null;
  }
}

function themeNow(): Theme {
  return chosenTheme() ?? (document.documentElement.dataset.theme as Theme | undefined) ?? systemTheme();
}

function showTheme(theme: Theme | null): void {
  if (theme !== null) document.documentElement.dataset.theme = theme;
  const other = themeNow() === 'dark' ? 'Light' : 'Dark';
  for (const button of document.querySelectorAll('[data-action=theme]')) {
    button.textContent = other;
    button.setAttribute('aria-label', `${other} theme`);
  }
}

function changeTheme(): void {
  const theme = themeNow() === 'dark' ? 'light' : 'dark';
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(THEME_KEY, theme);
  } catch {
    // It then lasts as long as the page.
  }
  showTheme(theme);
}

showTheme(chosenTheme());
whenReady(() => {
  showTheme(chosenTheme());
  reveal('[data-action=theme]');
  document.querySelector('[data-action=theme]')?.addEventListener('click', changeTheme);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => showTheme(null));
});
