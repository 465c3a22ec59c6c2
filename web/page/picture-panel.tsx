// The picture: chosen, and cut to a square.

import type { Frame } from '../state/frame.js';
import type { State } from '../state/state.js';
import { Cropper } from './cropper.js';
import { Emoji } from './emoji.js';
import { FaceChoice } from './face-choice.js';
import { FileButton } from './file-button.js';

interface PicturePanelProps {
  readonly state: State;
  /** @param look whether its face has to be looked for */
  readonly onPicture: (file: Blob, name: string, look: boolean) => void;
  readonly onFrame: (frame: Frame) => void;
}

export function PicturePanel({
  state: { picture, frame, faces, pictureComplaint },
  onPicture,
  onFrame,
}: PicturePanelProps) {
  const choose = (
    <FileButton id="picture" accept="image/*" onFile={(file) => onPicture(file, file.name, true)}>
      Choose a picture
    </FileButton>
  );
  return (
    <section class="picture" aria-labelledby="picture-title">
      <h2 id="picture-title">Picture</h2>
      {picture && frame ? (
        <>
          <Cropper picture={picture} frame={frame} onFrame={onFrame} />
          <FaceChoice picture={picture} frame={frame} faces={faces} onFrame={onFrame} />
          <p class="soft">Drag the square or a corner; or arrows, + and −.</p>
        </>
      ) : (
        <div class="drop">
          <p>Drop a picture here, or paste one.</p>
          {choose}
        </div>
      )}
      {pictureComplaint && (
        <p class="complaint" role="alert">
          {pictureComplaint}
        </p>
      )}
      {picture && choose}
      <p class="soft">Or an emoji:</p>
      <Emoji onEmoji={(file, name) => onPicture(file, name, false)} />
    </section>
  );
}
