/** Steps that are always queued before the losses of the first of them have come back, so that the device need not wait for the host. */
export const LEAST_IN_FLIGHT = 2;
const MOST_IN_FLIGHT = 16;
/** What the host does at once when a batch has ended, such as rounding pictures of 1024 px, takes some hundredths of a second. */
const MILLISECONDS_IN_FLIGHT = 50;

/** How many steps of a search are in flight: as many as take a twentieth of a second, within limits. */
export class Flight {
  readonly #most: number;
  #first = 0;
  #last = 0;
  #arrived = 0;

  constructor(most = MOST_IN_FLIGHT) {
    this.#most = most;
  }

  get steps(): number {
    if (this.#arrived < 2) return LEAST_IN_FLIGHT;
    // The mean: after a pause of the host several arrive at once, which does not make them fast.
    const milliseconds = (this.#last - this.#first) / (this.#arrived - 1);
    const wanted = Math.ceil(MILLISECONDS_IN_FLIGHT / milliseconds);
    return Math.min(this.#most, Math.max(LEAST_IN_FLIGHT, wanted));
  }

  /** The losses of a step have come back. @param now in milliseconds */
  arrived(now = performance.now()): void {
    if (this.#arrived === 0) this.#first = now;
    this.#last = now;
    this.#arrived++;
  }
}
