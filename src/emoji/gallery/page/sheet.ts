// The sheet: OpenSeadragon over tiles that lie on the disk, and what is under the pointer.

/** What src/emoji/gallery/pages/sheet.tsx writes into the page. Lengths are pixels of the sheet. */
interface SheetData {
  readonly parts: readonly { readonly tiles: string; readonly width: number; readonly height: number }[];
  readonly tile: { readonly size: number; readonly overlap: number };
  readonly columns: number;
  readonly rowsPerPart: number;
  readonly pitch: { readonly x: number; readonly y: number };
  readonly cell: number;
  readonly left: number;
  readonly top: number;
  /** Name, facts and page of each pair; null for what is none. */
  readonly places: readonly (readonly [name: string, facts: string, page: string] | null)[];
}

/** Between two parts of a sheet that is more than one picture, in parts of its width. */
const PART_GAP = 0.01;

function sheetTiles(data: SheetData): { tileSource: object; x: number; y: number; width: number }[] {
  let y = 0;
  return data.parts.map(({ tiles, width, height }) => {
    const at = { x: 0, y, width: 1 };
    y += height / width + PART_GAP;
    const tileSource = {
      width,
      height,
      tileSize: data.tile.size,
      tileOverlap: data.tile.overlap,
      minLevel: 0,
      maxLevel: Math.ceil(Math.log2(Math.max(width, height))),
      getTileUrl: (level: number, column: number, row: number) => `${tiles}/${level}/${column}_${row}.webp`,
    };
    return { ...at, tileSource };
  });
}

/** The place of a point of a part in the list of pairs. */
function placeAt(data: SheetData, part: number, x: number, y: number): number | undefined {
  const { pitch, left, top, cell, columns, rowsPerPart, places } = data;
  const column = Math.floor((x - left) / pitch.x);
  const row = Math.floor((y - top) / pitch.y);
  const inside = column >= 0 && column < columns && row >= 0 && row < rowsPerPart;
  const inGap = x - left - column * pitch.x > 2 * cell || y - top - row * pitch.y > cell;
  const place = (part * rowsPerPart + row) * columns + column;
  return inside && !inGap && places[place] ? place : undefined;
}

function setUpSheet(element: HTMLElement, data: SheetData): void {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const viewer = OpenSeadragon({
    element,
    tileSources: sheetTiles(data) as unknown as string,
    // Pictures from a disk count as foreign, and WebGL takes none of those.
    drawer: 'canvas',
    crossOriginPolicy: false,
    showNavigationControl: false,
    gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
    animationTime: still ? 0 : 0.6,
    maxZoomPixelRatio: 4,
    visibilityRatio: 0.5,
    preserveImageSizeOnResize: true,
  });
  const { viewport } = viewer;
  const under = byId('under')!;
  const marker = document.createElement('div');
  marker.className = 'marker';

  const clear = () => {
    under.textContent = 'Choose a pair to see what it is.';
    viewer.removeOverlay(marker);
  };
  const choose = (part: number, place: number) => {
    const [name, facts, page] = data.places[place]!;
    const link = document.createElement('a');
    link.href = page;
    link.textContent = name;
    under.replaceChildren(link, ` · ${facts}`);
    const inPart = place - part * data.rowsPerPart * data.columns;
    const x = data.left + (inPart % data.columns) * data.pitch.x;
    const y = data.top + Math.floor(inPart / data.columns) * data.pitch.y;
    viewer.removeOverlay(marker);
    const box = viewer.world.getItemAt(part).imageToViewportRectangle(x, y, 2 * data.cell, data.cell);
    viewer.addOverlay({ element: marker, location: box });
  };

  // Faces are not to be turned or mirrored by a letter.
  viewer.addHandler('canvas-key', (event) => {
    const { key } = event.originalEvent as KeyboardEvent;
    if (/^[rf]$/i.test(key)) event.preventDefaultAction = true;
  });
  viewer.addHandler('canvas-click', (event) => {
    if (!event.quick) return;
    const point = viewport.pointFromPixel(event.position);
    for (let part = 0; part < viewer.world.getItemCount(); part++) {
      const { x, y } = viewer.world.getItemAt(part).viewportToImageCoordinates(point);
      const place = placeAt(data, part, x, y);
      if (place !== undefined) {
        choose(part, place);
        return;
      }
    }
    clear();
  });
  clearFilters = () => {
    const chosen = under.firstElementChild !== null;
    if (chosen) clear();
    return chosen;
  };
  setUpZoom(viewer, element);
}

function setUpZoom(viewer: OpenSeadragon.Viewer, element: HTMLElement): void {
  const zooms: Record<string, () => void> = {
    in: () => viewer.viewport.zoomBy(1.6),
    out: () => viewer.viewport.zoomBy(1 / 1.6),
    all: () => viewer.viewport.goHome(),
    full: () => void element.requestFullscreen?.(),
  };
  const act = (name: string) => {
    zooms[name]?.();
    viewer.viewport.applyConstraints();
  };
  for (const button of document.querySelectorAll<HTMLElement>('[data-zoom]')) {
    button.addEventListener('click', () => act(button.dataset.zoom!));
  }
  const keys: Record<string, string> = { '+': 'in', '=': 'in', '-': 'out', '0': 'all' };
  document.addEventListener('keydown', (event) => {
    // Inside the viewer, these keys are its own.
    if (event.ctrlKey || event.metaKey || event.altKey || element.contains(event.target as Node)) return;
    if (keys[event.key] !== undefined) act(keys[event.key]);
  });
}

whenReady(() => {
  const element = byId('viewer');
  const data = byId('sheet-data');
  if (element !== null && data !== null) setUpSheet(element, JSON.parse(data.textContent ?? '') as SheetData);
});
