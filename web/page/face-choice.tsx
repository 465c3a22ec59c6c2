// What was seen of faces in a picture, and which of them the frame is around.

import type { Faces, SeenFace } from '../state/faces.js';
import { type Frame, sameFrame } from '../state/frame.js';
import type { Picture } from '../state/state.js';
import { facesText } from '../state/words.js';

interface FaceChoiceProps {
  readonly picture: Picture;
  readonly frame: Frame;
  /** Undefined where none were looked for. */
  readonly faces: Faces | undefined;
  readonly onFrame: (frame: Frame) => void;
}

export function FaceChoice({ picture, frame, faces, onFrame }: FaceChoiceProps) {
  const seen = faces?.state === 'looked' ? faces.seen : [];
  // A single one is only offered again when the frame was moved away from it.
  const offered = seen.length > 1 || !seen.every((face) => sameFrame(face.frame, frame)) ? seen : [];
  return (
    <>
      {/* There before it has anything to say: screen readers tell what changes in it. */}
      <p class="soft" role="status">
        {faces && facesText(faces, frame)}
      </p>
      {offered.length > 0 && (
        <ul class="faces" aria-label="Faces in the picture, the largest first">
          {offered.map((face, index) => (
            <li key={Object.values(face.frame).join(' ')}>
              <button
                type="button"
                aria-pressed={sameFrame(face.frame, frame)}
                aria-label={`Face ${index + 1} of ${offered.length}`}
                onClick={() => onFrame(face.frame)}
              >
                <Thumbnail picture={picture} face={face} />
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** A face's square of the picture, which the browser has already. */
function Thumbnail({ picture, face: { frame } }: { picture: Picture; face: SeenFace }) {
  const across = (all: number, at: number) => `${all > frame.side ? (100 * at) / (all - frame.side) : 0}%`;
  const style = {
    backgroundImage: `url("${picture.address}")`,
    backgroundSize: `${(100 * picture.width) / frame.side}% ${(100 * picture.height) / frame.side}%`,
    backgroundPosition: `${across(picture.width, frame.left)} ${across(picture.height, frame.top)}`,
  };
  return <span class="thumbnail" style={style} />;
}
