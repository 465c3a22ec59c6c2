// The emoji of the demo. Their drawings come along (tools/vendor.mjs).

/** Where an emoji lies in its square picture: the side and the corner as parts of the picture's side. */
export interface EmojiFrame {
  readonly side: number;
  readonly left: number;
  readonly top: number;
}

/** An emoji for the demo. */
export interface NamedEmoji {
  /** Lower case, fit for a file's name. */
  readonly name: string;
  /** In hex with dashes between, as Twemoji names its files. */
  readonly codePoints: string;
  /** Puts the eyes where aligned photos of faces have them. */
  readonly frame: EmojiFrame;
}

const emoji = (name: string, codePoints: string, side: number, left: number, top: number): NamedEmoji => ({
  name,
  codePoints,
  frame: { side, left, top },
});

/** Emoji that faces are found for. The first twelve, which the demo takes, are as different as they come. */
export const namedEmoji: readonly NamedEmoji[] = [
  emoji('woman-red-hair', '1f469-1f3fc-200d-1f9b0', 0.857, 0.07, 0),
  emoji('person-beard', '1f9d4-1f3fb', 0.857, 0.07, 0.06),
  emoji('woman-headscarf', '1f9d5-1f3fb', 1.27, -0.135, -0.127),
  emoji('man-bald', '1f468-1f3fe-200d-1f9b2', 0.857, 0.07, 0.015),
  emoji('old-woman', '1f475-1f3fb', 0.857, 0.07, -0.05),
  emoji('sunglasses', '1f60e', 0.72, 0.14, 0.19),
  emoji('woman-brown-hair', '1f469-1f3fd', 0.857, 0.07, 0),
  emoji('man-moustache', '1f468-1f3ff', 0.857, 0.07, 0.02),
  emoji('person-turban', '1f473-1f3fd', 1.09, -0.045, -0.03),
  emoji('baby', '1f476-1f3fe', 0.86, 0.07, 0.03),
  emoji('grinning', '1f600', 0.72, 0.14, 0.19),
  emoji('surprised', '1f62e', 0.72, 0.14, 0.19),
  emoji('santa', '1f385-1f3fc', 0.89, 0.13, 0),
  emoji('prince', '1f934-1f3fb', 0.857, 0.07, 0.05),
  emoji('woman-blond-hair', '1f471-1f3fc-200d-2640-fe0f', 0.857, 0.07, 0),
  emoji('neutral', '1f610', 0.72, 0.14, 0.14),
  emoji('angry', '1f620', 0.72, 0.14, 0.11),
];
