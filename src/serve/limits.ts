/** What a server bears. */
export interface ServeLimits {
  /** Searches that wait. */
  readonly waiting: number;
  /** Steps of one search, all its restarts together. */
  readonly steps: number;
  /** Bytes of one request. */
  readonly bytes: number;
  /** Pixels of one picture. */
  readonly pixels: number;
}

export const usualLimits: ServeLimits = { waiting: 32, steps: 10_000, bytes: 32e6, pixels: 50e6 };

/** Where a server listens unless it is told: where only this machine comes. */
export const usualPlace = { host: '127.0.0.1', port: 8420 } as const;
