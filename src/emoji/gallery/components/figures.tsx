// The four pictures of a result, beside each other.

import type { Entry, Picture } from '../entries.js';
import { linkTo } from '../paths.js';
import { type Outcome, setTitle } from '../titles.js';

interface PicturesProps {
  readonly entry: Entry;
  /** The path of the page that shows them. */
  readonly from: string;
  /** Whether the face is shown as large as it is, and pictures have captions. */
  readonly large?: boolean;
}

export function Pictures({ entry, from, large = false }: PicturesProps) {
  const { drawing, target, face, thumbnail, scaled } = entry.pictures;
  const of = subjectOf(entry);
  const shown: [kind: string, picture: Picture | undefined, caption: string, alt: string][] = [
    ['drawing', drawing, entry.line.emoji === undefined ? 'picture' : 'emoji', of],
    ['target', target, `target, ${target?.width} px`, `${of}, scaled down to ${dimensions(target)} pixels`],
    ['face', large ? face : thumbnail, 'face', `A made-up face that looks like ${of} at that size`],
    ['scaled', scaled, `face, ${scaled?.width} px`, `That face, scaled down to ${dimensions(scaled)} pixels`],
  ];
  return (
    <div class={large ? 'pictures large' : 'pictures'}>
      {shown.map(([kind, picture, caption, alt]) => {
        const place =
          picture === undefined ? (
            <span class="gap">{kind === 'face' ? noFace[entry.outcome] : ''}</span>
          ) : (
            <Image
              picture={picture}
              alt={alt}
              from={from}
              lazy={true}
              pixels={kind === 'target' || kind === 'scaled'}
            />
          );
        if (!large) return <div class={kind}>{place}</div>;
        if (picture === undefined && kind !== 'face') return null;
        return (
          <figure class={kind}>
            {kind === 'face' && face !== undefined ? <a href={linkTo(face.path, from)}>{place}</a> : place}
            <figcaption>{caption}</figcaption>
          </figure>
        );
      })}
    </div>
  );
}

interface ImageProps {
  readonly picture: Picture;
  readonly alt: string;
  readonly from: string;
  readonly lazy?: boolean;
  /** Whether its pixels are shown as squares. */
  readonly pixels?: boolean;
}

export function Image({ picture, alt, from, lazy = false, pixels = false }: ImageProps) {
  return (
    <img
      src={linkTo(picture.path, from)}
      alt={alt}
      width={picture.width}
      height={picture.height}
      loading={lazy ? 'lazy' : undefined}
      decoding="async"
      class={pixels ? 'pixels' : undefined}
    />
  );
}

/** `OpenMoji's person: beard`, `the picture smile` */
export function subjectOf({ line, name }: Entry): string {
  return line.emoji === undefined ? `the picture ${name}` : `${setTitle(line.emoji.set)}'s ${name}`;
}

/** What stands in the place of a face that there is none of: few letters, since there is little room. */
const noFace: Readonly<Record<Outcome, string>> = {
  within: 'lost',
  missed: 'lost',
  'no-face': 'no face',
  missing: 'missing',
  failed: 'failed',
};

function dimensions(picture: Picture | undefined): string {
  return picture === undefined ? '' : `${picture.width} × ${picture.height}`;
}
