// Plain tables and short texts for a terminal of 80 to 100 columns.

/** A column: its title, and whether its cells stand at the right, as numbers do. */
export interface Column {
  readonly title: string;
  readonly right?: boolean;
  /** No cell is wider; longer ones lose their middle. */
  readonly most?: number;
}

/** A table with two spaces between columns; the last column is as wide as it is. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const cells = [columns.map(({ title }) => title), ...rows].map((row) =>
    row.map((cell, index) => shorten(cell, columns[index].most ?? Number.POSITIVE_INFINITY)),
  );
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => width(row[index]))));
  return cells
    .map((row) =>
      row
        .map((cell, index) => {
          const space = ' '.repeat(widths[index] - width(cell));
          return columns[index].right ? space + cell : cell + space;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A text of at most `most` characters: the middle of a longer one is left out. */
export function shorten(text: string, most: number): string {
  const characters = [...text];
  if (characters.length <= most) return text;
  const head = Math.ceil((most - 1) / 2);
  return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - (most - 1 - head)).join('')}`;
}

function width(text: string): number {
  return [...text].length;
}

/** `0.8 s`, `12 s`, `3 min 05 s`, `2 h 10 min` */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** A loss in four digits: `0.002134`, `12.34`, `1.2e-7` */
export function loss(value: number): string {
  if (value !== 0 && Math.abs(value) < 1e-4) return value.toExponential(1);
  return value >= 1 ? value.toPrecision(4) : value.toFixed(5);
}
