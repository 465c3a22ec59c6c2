// The demo's emoji, to begin with.

import { type NamedEmoji, namedEmoji } from '../../src/emoji/named-emoji.js';
import { loadImage } from './picture-file.js';

/** Side of the picture that is made of one, in pixels. */
const SIDE = 1024;

/** Behind the emoji: near to what the demo generator has for a background in the mean. */
const BACKGROUND = '#b0becd';

/** An emoji as a picture in which its face fills the square. */
async function drawEmoji({ codePoints, frame }: NamedEmoji): Promise<Blob> {
  const image = await loadImage(addressOf(codePoints));
  const canvas = new OffscreenCanvas(SIDE, SIDE);
  const context = canvas.getContext('2d')!;
  context.fillStyle = BACKGROUND;
  context.fillRect(0, 0, SIDE, SIDE);
  context.drawImage(image, frame.left * SIDE, frame.top * SIDE, frame.side * SIDE, frame.side * SIDE);
  return canvas.convertToBlob({ type: 'image/png' });
}

const addressOf = (codePoints: string) => `twemoji/${codePoints}.svg`;

export function Emoji({ onEmoji }: { onEmoji: (file: Blob, name: string) => void }) {
  return (
    <ul class="emoji" aria-label="Emoji">
      {namedEmoji.map((one) => (
        <li key={one.name}>
          <button
            type="button"
            title={one.name.replaceAll('-', ' ')}
            onClick={async () => onEmoji(await drawEmoji(one), `${one.name}.png`)}
          >
            <img src={addressOf(one.codePoints)} alt={one.name.replaceAll('-', ' ')} width="28" height="28" />
          </button>
        </li>
      ))}
    </ul>
  );
}
