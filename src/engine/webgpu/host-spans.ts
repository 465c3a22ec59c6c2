/** Something that the processor did for the device, on the clock of `performance.now()`, in milliseconds. */
export interface HostSpan {
  /** Recording commands; handing them over; waiting until the device has carried them out and what is read has arrived. */
  readonly name: 'encode' | 'submit' | 'wait';
  readonly begin: number;
  readonly end: number;
}

/** Told of every span when it has ended: for traces of a step. */
export type HostWatch = (span: HostSpan) => void;

/** Does `work`, and tells how long it took where somebody watches. */
export function timed<T>(watch: HostWatch | undefined, name: HostSpan['name'], work: () => T): T {
  if (!watch) return work();
  const begin = performance.now();
  const result = work();
  watch({ name, begin, end: performance.now() });
  return result;
}

/** Awaits what the device promised, and tells how long that took where somebody watches. */
export async function timedWait<T>(watch: HostWatch | undefined, promise: Promise<T>): Promise<T> {
  if (!watch) return promise;
  const begin = performance.now();
  const result = await promise;
  watch({ name: 'wait', begin, end: performance.now() });
  return result;
}
