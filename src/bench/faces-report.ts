import { type CropTime, type FacesResult, quantile } from './faces.js';
import { aligned } from './report.js';

/** A table of the sets. */
export function facesTable(results: readonly FacesResult[]): string {
  const lines = [
    [
      'set',
      'people found',
      'smileys found',
      'false alarms',
      'ms, median',
      '95 %',
      'worst',
      'crop / dlib’s',
      'off centre',
    ],
  ];
  for (const { source, counts, milliseconds, agreement } of results) {
    const share = ({ emoji, found }: { emoji: number; found: number }) =>
      `${((100 * found) / emoji).toFixed(1)} % of ${emoji}`;
    lines.push([
      source,
      share(counts.person),
      share(counts.smiley),
      share(counts.none),
      ...[0.5, 0.95, 1].map((part) => quantile(milliseconds, part).toFixed(0)),
      agreement.length === 0
        ? ''
        : `${quantile(
            agreement.map(({ size }) => size),
            0.5,
          ).toFixed(3)} (${agreement.length})`,
      agreement.length === 0
        ? ''
        : `${(
            100 *
              quantile(
                agreement.map(({ centre }) => centre),
                0.5,
              )
          ).toFixed(1)} %`,
    ]);
  }
  return aligned(lines, 1);
}

export function cropsTable(times: readonly CropTime[]): string {
  return aligned(
    [
      ['crop of 1024 px from 24 megapixels', 'ms'],
      ...times.map(({ what, milliseconds }) => [what, milliseconds.toFixed(0)]),
    ],
    1,
  );
}
