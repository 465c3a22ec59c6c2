// Files that are dropped anywhere on the page, or pasted.

import { useEffect, useRef, useState } from 'preact/hooks';

/** Hands over the first file of each drop and paste. @returns whether one is held over the page */
export function useHandedFiles(onFile: (file: File) => void): boolean {
  const [dragged, setDragged] = useState(false);
  const take = useRef(onFile);
  take.current = onFile;
  useEffect(() => {
    const closing = new AbortController();
    const listen = <Type extends 'dragover' | 'dragleave' | 'drop' | 'paste'>(
      type: Type,
      hear: (event: WindowEventMap[Type]) => void,
    ) => window.addEventListener(type, hear, { signal: closing.signal });
    listen('dragover', (event) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      setDragged(true);
    });
    listen('dragleave', (event) => {
      if (event.relatedTarget === null) setDragged(false);
    });
    listen('drop', (event) => {
      setDragged(false);
      const file = event.dataTransfer?.files[0];
      if (!file) return;
      event.preventDefault();
      take.current(file);
    });
    listen('paste', (event) => {
      const file = event.clipboardData?.files[0];
      if (!file) return;
      event.preventDefault();
      take.current(file);
    });
    return () => closing.abort();
  }, []);
  return dragged;
}
