// The picture: chosen, and cut to a square.

import type { Frame } from '../state/frame.js';
import type { State } from '../state/state.js';
import { Cropper } from './cropper.js';
import { Emoji } from './emoji.js';
import { FileButton } from './file-button.js';

interface PicturePanelProps {
  readonly state: State;
  readonly onFile: (file: Blob, name: string) => void;
  readonly onFrame: (frame: Frame) => void;
}

export function PicturePanel({ state: { picture, frame, pictureComplaint }, onFile, onFrame }: PicturePanelProps) {
  const choose = (
    <FileButton id="picture" accept="image/*" onFile={(file) => onFile(file, file.name)}>
      Choose a picture
    </FileButton>
  );
  return (
    <section class="picture" aria-labelledby="picture-title">
      <h2 id="picture-title">Picture</h2>
      {picture && frame ? (
        <>
          <Cropper picture={picture} frame={frame} onFrame={onFrame} />
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
      <Emoji onFile={onFile} />
    </section>
  );
}
