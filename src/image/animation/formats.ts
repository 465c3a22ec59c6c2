/** The formats of animations; files end with their names. */
export const animationFormats = ['webp', 'gif', 'apng', 'avif', 'mp4'] as const;
export type AnimationFormat = (typeof animationFormats)[number];

/** A format that ffmpeg encodes, and where players decide how often it is played. */
export function isVideo(format: AnimationFormat): format is 'avif' | 'mp4' {
  return format === 'avif' || format === 'mp4';
}
