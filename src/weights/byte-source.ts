/** Bytes that are read piece by piece, so that a file need not lie in memory as a whole. */

/** A run of bytes. Whoever reads asks for places inside it: a place outside is a defect of the caller. */
export interface ByteSource {
  readonly length: number;
  /** The bytes from `begin` to `end`: perhaps the source's own memory, so not to be written to or kept. */
  view(begin: number, end: number): Uint8Array;
  /** The same bytes in memory of their own, which holds nothing else. */
  copy(begin: number, end: number): Uint8Array;
}

/** Bytes that are in memory. */
class MemorySource implements ByteSource {
  constructor(private readonly bytes: Uint8Array) {}

  get length(): number {
    return this.bytes.length;
  }

  view(begin: number, end: number): Uint8Array {
    return this.bytes.subarray(begin, end);
  }

  copy(begin: number, end: number): Uint8Array {
    return new Uint8Array(this.bytes.subarray(begin, end));
  }
}

/** A part of a source. */
class PartSource implements ByteSource {
  constructor(
    private readonly whole: ByteSource,
    private readonly begin: number,
    readonly length: number,
  ) {}

  view(begin: number, end: number): Uint8Array {
    return this.whole.view(this.begin + begin, this.begin + end);
  }

  copy(begin: number, end: number): Uint8Array {
    return this.whole.copy(this.begin + begin, this.begin + end);
  }
}

/** Bytes in memory as a source; a source as it is. */
export function sourceOf(bytes: Uint8Array | ByteSource): ByteSource {
  return bytes instanceof Uint8Array ? new MemorySource(bytes) : bytes;
}

/** The bytes of `source` from `begin` to `end`, which must be inside it. */
export function partOf(source: ByteSource, begin: number, end: number): ByteSource {
  return new PartSource(source, begin, end - begin);
}
