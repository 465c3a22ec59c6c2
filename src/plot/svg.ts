// What all plots are drawn with: SVG that stands alone or in a page, light or dark.

import { escapeXml } from '../image/xmp.js';

/** A plot as a whole document, all lengths in pixels. */
export interface Drawing {
  /** Of its own in a page: letters, digits, dashes and underscores. */
  readonly id: string;
  readonly title: string;
  /** What the plot says, in words. */
  readonly description: string;
  readonly width: number;
  readonly height: number;
  /** Rules beside those that all plots have; their selectors begin with `.fw-plot`. */
  readonly style?: string;
  /** The elements that it is made of; none of them is its title's text. */
  readonly parts: readonly string[];
}

/** The space around a plot. */
export const MARGIN = 16;

// In a page the text has the page's colour; alone (`:root`), one that follows the reader's choice of light or dark.
const STYLE =
  '.fw-plot text{font-family:system-ui,"Segoe UI","DejaVu Sans",sans-serif;fill:currentColor}' +
  '.fw-plot:root{color:#1c1d20;background:#fff}' +
  '@media(prefers-color-scheme:dark){.fw-plot:root{color:#e4e6ea;background:#17191d}}';

/** The document, its title written at the top. */
export function svgDocument({ id, title, description, width, height, style = '', parts }: Drawing): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="fw-plot" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
      `style="max-width:100%;height:auto" role="img" aria-labelledby="${id}-title" aria-describedby="${id}-desc">`,
    `<title id="${id}-title">${escapeXml(title)}</title>`,
    `<desc id="${id}-desc">${escapeXml(description)}</desc>`,
    `<style>${STYLE}${style}</style>`,
    text(title, MARGIN, 26, { size: 16, bold: true }),
    ...parts,
    '</svg>',
  ].join('\n');
}

export interface TextLook {
  /** Of the letters, in pixels. */
  readonly size: number;
  readonly bold?: boolean;
  /** Whether it ends at x, or has its middle there; else it begins there. */
  readonly end?: boolean;
  readonly middle?: boolean;
  readonly faint?: boolean;
}

/** A line of text; y is its baseline. */
export function text(content: string, x: number, y: number, { size, bold, end, middle, faint }: TextLook): string {
  const anchor = end ? ' text-anchor="end"' : middle ? ' text-anchor="middle"' : '';
  const weight = bold ? ' font-weight="600"' : '';
  const opacity = faint ? ' fill-opacity=".72"' : '';
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}"${anchor}${weight}${opacity}>${escapeXml(content)}</text>`;
}

/** To a tenth of a pixel. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
