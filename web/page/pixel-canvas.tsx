// Pixels to look at.

import type { Pixels } from 'facewright/browser';
import { useLayoutEffect, useRef } from 'preact/hooks';

interface PixelCanvasProps {
  /** Nothing yet: an empty place. */
  readonly pixels: Pixels | undefined;
  /** What they are. */
  readonly label: string;
}

export function PixelCanvas({ pixels, label }: PixelCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    if (!pixels || !canvas.current) return;
    const { width, height, data } = pixels;
    Object.assign(canvas.current, { width, height });
    const image = new ImageData(data as Uint8ClampedArray<ArrayBuffer>, width, height);
    canvas.current.getContext('2d')!.putImageData(image, 0, 0);
  }, [pixels]);
  if (!pixels) return <div class="pixels empty" />;
  return <canvas class="pixels" ref={canvas} role="img" aria-label={label} />;
}

/** One above the other: the pixels, and what they are. */
export function PixelFigure({ pixels, label, about }: PixelCanvasProps & { readonly about?: string }) {
  return (
    <figure>
      <PixelCanvas pixels={pixels} label={label} />
      <figcaption>
        {label}
        {about && <small> {about}</small>}
      </figcaption>
    </figure>
  );
}
