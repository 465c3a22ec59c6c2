// What pictures say of themselves in XMP (ISO 16684-1): who made them, of what, and whether with a trained model.

/** Where a picture comes from. */
export interface Provenance {
  /** What it was made from, as dc:source. */
  readonly source?: string;
  /** Whose work it is, as dc:rights. */
  readonly rights?: string;
  /** What it is known by, as dc:identifier. */
  readonly identifier?: string;
}

/** IPTC's term for a picture that a trained model made. https://cv.iptc.org/newscodes/digitalsourcetype/ */
export const DIGITAL_SOURCE_TYPE = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia';

/** The XMP of every picture that facewright writes. @param generated whether a trained model made it */
export function xmpPacket(
  creatorTool: string,
  generated = true,
  { source, rights, identifier }: Provenance = {},
): string {
  const kind = generated
    ? `\n   <Iptc4xmpExt:DigitalSourceType>${DIGITAL_SOURCE_TYPE}</Iptc4xmpExt:DigitalSourceType>`
    : '';
  const from = source === undefined ? '' : `\n   ${xmpSource(source)}`;
  const known = identifier === undefined ? '' : `\n   <dc:identifier>${escapeXml(identifier)}</dc:identifier>`;
  const whose =
    rights === undefined
      ? ''
      : `\n   <dc:rights><rdf:Alt><rdf:li xml:lang="x-default">${escapeXml(rights)}</rdf:li></rdf:Alt></dc:rights>`;
  // The packet wrapper with this very id is how tools that know no PNG find XMP in a file.
  return `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">
   <xmp:CreatorTool>${escapeXml(creatorTool)}</xmp:CreatorTool>${kind}${from}${whose}${known}
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>`;
}

/** How the XMP of a picture names what it was made from: pictures are known again by it. */
export function xmpSource(source: string): string {
  return `<dc:source>${escapeXml(source)}</dc:source>`;
}

/** Text as XML character data, without the control characters that XML has no way to hold. */
export function escapeXml(text: string): string {
  const printable = [...text].filter((character) => character >= ' ').join('');
  return printable.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
