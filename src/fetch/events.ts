/** What happens while a file is fetched, in the order in which it may. */
export type FetchEvent = FetchBegun | FetchProgress | FetchRetry | FetchRestart | FetchChecking;

/** Bytes begin to arrive: once, and again after each interruption. */
export interface FetchBegun {
  readonly kind: 'begun';
  /** Bytes of an earlier time that need not be fetched again. */
  readonly have: number;
  /** Bytes of the whole file; undefined where the server does not say. */
  readonly total: number | undefined;
}

export interface FetchProgress {
  readonly kind: 'progress';
  /** Bytes that are there by now. */
  readonly bytes: number;
  readonly total: number | undefined;
}

/** Something went wrong that may pass; it is tried again. */
export interface FetchRetry {
  readonly kind: 'retry';
  readonly reason: string;
  /** The wait before. */
  readonly seconds: number;
}

/** What was there cannot be used: the file is fetched from its first byte. */
export interface FetchRestart {
  readonly kind: 'restart';
  readonly reason: string;
}

/** All bytes are there, and their SHA-256 is computed. */
export interface FetchChecking {
  readonly kind: 'checking';
}
