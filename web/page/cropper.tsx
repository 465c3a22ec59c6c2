// The picture with its frame, which is moved and resized with pointer and keyboard.

import type { TargetedPointerEvent } from 'preact';
import { type Corner, drawCorner, type Frame, growFrame, moveFrame } from '../state/frame.js';
import type { Picture } from '../state/state.js';

/** Of the picture's shorter side: what an arrow moves by, and with Shift. */
const STEPS = { fine: 1 / 100, coarse: 1 / 10 };

const CORNERS: readonly Corner[] = (['top', 'bottom'] as const).flatMap((y) =>
  (['left', 'right'] as const).map((x) => ({ x, y })),
);

interface CropperProps {
  readonly picture: Picture;
  readonly frame: Frame;
  readonly onFrame: (frame: Frame) => void;
}

export function Cropper({ picture, frame, onFrame }: CropperProps) {
  const percent = (pixels: number, of: number) => `${(100 * pixels) / of}%`;
  const place = {
    left: percent(frame.left, picture.width),
    top: percent(frame.top, picture.height),
    width: percent(frame.side, picture.width),
    height: percent(frame.side, picture.height),
  };
  return (
    <div class="cropper">
      <img src={picture.address} alt={picture.name} draggable={false} />
      <div
        class="frame"
        role="application"
        aria-roledescription="frame"
        aria-label={`Square of the picture: ${frame.side} pixels a side, ${frame.left} from the left, ${frame.top} from the top. Arrows move it, plus and minus change its size.`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: an application has keys of its own
        tabIndex={0}
        style={place}
        onKeyDown={(event) => {
          const next = keyed(event, frame, picture);
          if (!next) return;
          event.preventDefault();
          onFrame(next);
        }}
        onPointerDown={(event) => drag(event, picture, (dx, dy) => onFrame(moveFrame(frame, dx, dy, picture)))}
      >
        {CORNERS.map((corner) => (
          <span
            key={`${corner.y} ${corner.x}`}
            class={`corner ${corner.y} ${corner.x}`}
            onPointerDown={(event) => {
              event.stopPropagation();
              drag(event, picture, (dx, dy) => {
                const grown = Math.max(corner.x === 'left' ? -dx : dx, corner.y === 'top' ? -dy : dy);
                onFrame(drawCorner(frame, corner, frame.side + grown, picture));
              });
            }}
          />
        ))}
      </div>
    </div>
  );
}

/** What a key makes of a frame; undefined for keys that mean nothing here. */
function keyed({ key, shiftKey }: KeyboardEvent, frame: Frame, picture: Picture): Frame | undefined {
  const step = Math.max(1, Math.round(Math.min(picture.width, picture.height) * STEPS[shiftKey ? 'coarse' : 'fine']));
  switch (key) {
    case 'ArrowLeft':
      return moveFrame(frame, -step, 0, picture);
    case 'ArrowRight':
      return moveFrame(frame, step, 0, picture);
    case 'ArrowUp':
      return moveFrame(frame, 0, -step, picture);
    case 'ArrowDown':
      return moveFrame(frame, 0, step, picture);
    case '+':
    case '=':
      return growFrame(frame, 2 * step, picture);
    case '-':
    case '_':
      return growFrame(frame, -2 * step, picture);
    default:
      return undefined;
  }
}

/** Follows a pointer until it is let go. @param onMove how far it has come, in pixels of the picture */
function drag(
  event: TargetedPointerEvent<HTMLElement>,
  picture: Picture,
  onMove: (dx: number, dy: number) => void,
): void {
  if (event.button !== 0) return;
  const element = event.currentTarget;
  const scale = picture.width / element.closest('.cropper')!.getBoundingClientRect().width;
  const { clientX, clientY, pointerId } = event;
  const move = (moved: PointerEvent) => onMove((moved.clientX - clientX) * scale, (moved.clientY - clientY) * scale);
  element.setPointerCapture(pointerId);
  element.addEventListener('pointermove', move);
  element.addEventListener('lostpointercapture', () => element.removeEventListener('pointermove', move), {
    once: true,
  });
}
