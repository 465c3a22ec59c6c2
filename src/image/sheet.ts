/** Contact sheets: pages that show many pictures with what is to be known about them. */
import { Canvas } from './canvas.js';
import { fitText, type TextStyle, textPath, textWidth } from './text.js';

/** A picture on a sheet. */
export interface SheetCell {
  /** Interleaved RGB [height, width, 3]. */
  readonly image: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Show its pixels as squares, as for a target of 16 × 16; default: smooth. */
  readonly pixelated?: boolean;
}

/** Pictures that belong together, beside each other, with a line below them. */
export interface SheetRow {
  /** One for each column; null leaves the place empty. */
  readonly cells: readonly (SheetCell | null)[];
  /** At the left of the line below, such as the name of the input. */
  readonly label?: string;
  /** At the right of the line below, such as `L2 0.0021`. */
  readonly detail?: string;
}

export interface SheetHead {
  readonly title?: string;
  /** A line below the title. */
  readonly subtitle?: string;
  /** Lines at the foot of the page: the model, the seed, whose pictures these are. */
  readonly footer?: readonly string[];
}

export interface SheetOptions extends SheetHead {
  /** A title for each column of cells. */
  readonly columns: readonly string[];
  readonly rows: readonly SheetRow[];
  /** Side of a cell in pixels; default 160, at which 16, 20 and 32 px wide targets have even squares. */
  readonly cell?: number;
  /** How many groups of rows stand beside each other; default: as many as make the page about as wide as high. */
  readonly groups?: number;
}

/** A picture of a grid. */
export interface GridCell extends SheetCell {
  /** A short line below it, such as its seed. */
  readonly label?: string;
}

export interface GridOptions extends SheetHead {
  readonly cells: readonly GridCell[];
  /** Side of a cell in pixels; default 128. */
  readonly cell?: number;
  /** Pictures in a row; default: as many as make the page about square, without a last row that is nearly empty. */
  readonly columns?: number;
}

/** A warm white would tint faces, and pure white would hide the edges of pictures on white: a light neutral grey. */
const PAPER = 0xf3;

const INK = '#18181b';
const SOFT = '#6b6b70';
const RULE = '#dcdcde';

const TITLE: TextStyle = { size: 32, colour: INK, bold: true };
const SUBTITLE: TextStyle = { size: 18, colour: SOFT };
const HEADING: TextStyle = { size: 17, colour: SOFT };
const LABEL: TextStyle = { size: 18, colour: INK };
const DETAIL: TextStyle = { size: 18, colour: SOFT };
const FOOTER: TextStyle = { size: 16, colour: SOFT };

/** Lengths in pixels. */
const MARGIN = 48;
const CELL_GAP = 8;
const GROUP_GAP = 48;
const CAPTION = { offset: 25, height: 52 };
const HEADING_HEIGHT = 28;
const FOOTER_LINE = 26;
const RADIUS = 6;
const WIDEST_FACTOR = 1.25;

/**
 * Lays out rows of pictures, in several groups beside each other when there are many rows, reading down each group.
 *
 * @returns PNG
 * @throws FacewrightError when the page would be too large
 * @example
 * await sheet({
 *   title: 'Faces from emoji',
 *   columns: ['emoji', 'target', 'face', 'scaled down'],
 *   rows: [{ cells: [emoji, target, face, scaledDown], label: 'grinning face', detail: 'L2 0.0021' }],
 *   footer: ['demo-128, 200 steps, seed 1'],
 * });
 */
export async function sheet(options: SheetOptions): Promise<Buffer> {
  const { columns, rows, cell = 160 } = options;
  const block = columns.length * (cell + CELL_GAP) - CELL_GAP;
  const pitch = cell + CAPTION.height;
  const groups = Math.min(
    options.groups ?? evenGroups(rows.length, block + GROUP_GAP, pitch, WIDEST_FACTOR),
    Math.max(rows.length, 1),
  );
  const deep = Math.ceil(rows.length / groups);
  const width = groups * (block + GROUP_GAP) - GROUP_GAP;
  const page = newPage(options, width, HEADING_HEIGHT + deep * pitch);

  for (let group = 0; group < groups; group++) {
    const left = page.left + group * (block + GROUP_GAP);
    columns.forEach((title, i) => {
      const x = left + i * (cell + CELL_GAP);
      page.canvas.draw(textPath(fitText(title, cell, HEADING), x, page.top + 10, HEADING));
    });
    const members = rows.slice(group * deep, (group + 1) * deep);
    for (const [i, row] of members.entries()) {
      const y = page.top + HEADING_HEIGHT + i * pitch;
      for (const [column, picture] of row.cells.entries()) {
        if (picture === null) continue;
        const box = { x: left + column * (cell + CELL_GAP), y, width: cell, height: cell };
        await page.canvas.place(asImage(picture), box, picture.pixelated === true, RADIUS);
      }
      drawCaption(page.canvas, row, left, y + cell + CAPTION.offset, block);
    }
  }
  return page.canvas.toPng();
}

/**
 * Lays out pictures as a grid, row by row, each with a short line below it.
 *
 * @returns PNG
 * @throws FacewrightError when the page would be too large
 */
export async function gridSheet(options: GridOptions): Promise<Buffer> {
  const { cells, cell = 128 } = options;
  const captionHeight = cells.some(({ label }) => label !== undefined) ? 42 : CELL_GAP;
  const pitch = { x: cell + CELL_GAP, y: cell + captionHeight };
  const wanted = options.columns ?? evenGroups(cells.length, pitch.x, pitch.y, 1);
  const columns = Math.max(Math.min(wanted, cells.length), 1);
  const page = newPage(options, columns * pitch.x - CELL_GAP, Math.ceil(cells.length / columns) * pitch.y);
  for (const [i, picture] of cells.entries()) {
    const x = page.left + (i % columns) * pitch.x;
    const y = page.top + Math.floor(i / columns) * pitch.y;
    const box = { x, y, width: cell, height: cell };
    await page.canvas.place(asImage(picture), box, picture.pixelated === true, RADIUS);
    drawCaption(page.canvas, picture, x, y + cell + CAPTION.offset - 2, cell);
  }
  return page.canvas.toPng();
}

/** How many groups of `rows` rows, each `width` × `height`, come closest to a page of the shape `aspect` (width : height). */
function evenGroups(rows: number, width: number, height: number, aspect: number): number {
  let best = 1;
  let least = Number.POSITIVE_INFINITY;
  for (let groups = 1; groups <= rows; groups++) {
    const deep = Math.ceil(rows / groups);
    const off = Math.abs(Math.log((groups * width) / (deep * height) / aspect));
    // A group that is left partly empty looks unfinished: worth some departure from the best shape.
    const ragged = (groups * deep - rows) * 0.1;
    if (off + ragged < least) {
      least = off + ragged;
      best = groups;
    }
  }
  return best;
}

/** A page with its head and foot drawn, and where its content begins. */
function newPage(head: SheetHead, content: number, height: number): { canvas: Canvas; left: number; top: number } {
  const footer = head.footer ?? [];
  const headings: [string | undefined, TextStyle][] = [
    [head.title, TITLE],
    [head.subtitle, SUBTITLE],
  ];
  const widest = Math.max(
    content,
    ...headings.map(([text, style]) => (text === undefined ? 0 : textWidth(text, style))),
    ...footer.map((line) => textWidth(line, FOOTER)),
  );
  const titleHeight = head.title === undefined ? 0 : 46;
  const subtitleHeight = head.subtitle === undefined ? 0 : 28;
  const top = MARGIN + titleHeight + subtitleHeight + (titleHeight + subtitleHeight > 0 ? 12 : 0);
  const footerHeight = footer.length === 0 ? 0 : footer.length * FOOTER_LINE + 20;
  const canvas = new Canvas(Math.ceil(widest) + 2 * MARGIN, top + height + footerHeight + MARGIN - 12, PAPER);
  if (head.title !== undefined) canvas.draw(textPath(head.title, MARGIN, MARGIN + 24, TITLE));
  if (head.subtitle !== undefined) canvas.draw(textPath(head.subtitle, MARGIN, MARGIN + titleHeight + 10, SUBTITLE));
  if (footer.length > 0) {
    const y = top + height + 4;
    canvas.draw(`<rect x="${MARGIN}" y="${y}" width="${canvas.width - 2 * MARGIN}" height="1" fill="${RULE}"/>`);
    for (const [i, line] of footer.entries()) {
      canvas.draw(textPath(line, MARGIN, y + 30 + i * FOOTER_LINE, FOOTER));
    }
  }
  return { canvas, left: MARGIN + Math.floor((canvas.width - 2 * MARGIN - content) / 2), top };
}

/** The line below a row: the label gives way to the detail when both do not fit. */
function drawCaption(canvas: Canvas, caption: Pick<SheetRow, 'label' | 'detail'>, x: number, y: number, width: number) {
  const detail = caption.detail === undefined ? '' : fitText(caption.detail, width, DETAIL);
  const room = width - (detail === '' ? 0 : textWidth(detail, DETAIL) + 16);
  if (caption.label !== undefined) canvas.draw(textPath(fitText(caption.label, room, LABEL), x, y, LABEL));
  if (detail !== '') canvas.draw(textPath(detail, x + width, y, { ...DETAIL, anchor: 'end' }));
}

function asImage({ image, width, height }: SheetCell) {
  if (image.length !== 3 * width * height) {
    throw new RangeError(`a sheet's cell needs [${height}, ${width}, 3], got ${image.length} bytes`);
  }
  return { data: image, width, height };
}
