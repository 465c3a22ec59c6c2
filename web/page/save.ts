/** Saves a PNG where the browser saves what is downloaded. @param name without extension */
export function savePng(png: Uint8Array<ArrayBuffer>, name: string): void {
  const address = URL.createObjectURL(new Blob([png], { type: 'image/png' }));
  const link = document.createElement('a');
  Object.assign(link, { href: address, download: `${name}.png` });
  link.click();
  // The browser takes what it saves a moment later.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
