// The square that is cut out of a picture: whole pixels, within the picture.

/** In pixels of the picture. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

/** Which corner is drawn at; the opposite one stays. */
export interface Corner {
  readonly x: 'left' | 'right';
  readonly y: 'top' | 'bottom';
}

/** The least side: below it there is nothing to be seen. */
const LEAST_SIDE = 4;

/** The largest square in the middle. */
export function centreFrame({ width, height }: Size): Frame {
  const side = Math.min(width, height);
  return { left: Math.floor((width - side) / 2), top: Math.floor((height - side) / 2), side };
}

/** Whether two are the same. */
export function sameFrame(a: Frame, b: Frame): boolean {
  return a.left === b.left && a.top === b.top && a.side === b.side;
}

/** The frame, moved as far as the picture reaches. */
export function moveFrame(frame: Frame, dx: number, dy: number, { width, height }: Size): Frame {
  const { left, top, side } = frame;
  return { left: within(left + dx, 0, width - side), top: within(top + dy, 0, height - side), side };
}

/** The frame with another side about its middle, as far as the picture reaches. */
export function growFrame(frame: Frame, by: number, picture: Size): Frame {
  const side = sideWithin(frame.side + by, Math.min(picture.width, picture.height));
  const aside = Math.round((frame.side - side) / 2);
  return moveFrame({ ...frame, side }, aside, aside, picture);
}

/** The frame, drawn at a corner so that it has a side; it ends at the picture's edge. */
export function drawCorner(frame: Frame, corner: Corner, side: number, { width, height }: Size): Frame {
  const { left, top } = frame;
  const [right, bottom] = [left + frame.side, top + frame.side];
  const roomX = corner.x === 'left' ? right : width - left;
  const roomY = corner.y === 'top' ? bottom : height - top;
  const drawn = sideWithin(side, Math.min(roomX, roomY));
  return {
    left: corner.x === 'left' ? right - drawn : left,
    top: corner.y === 'top' ? bottom - drawn : top,
    side: drawn,
  };
}

function sideWithin(side: number, most: number): number {
  return within(side, Math.min(LEAST_SIDE, most), most);
}

function within(value: number, least: number, most: number): number {
  return Math.min(Math.max(Math.round(value), least), most);
}
