// Work that is begun before it is needed.

/**
 * Does the same for every item, a few of them at once, and gives what comes of it in the order of the items. What is ahead
 * goes on while the consumer is busy with something else: pictures are decoded while others are searched for.
 *
 * @param most so many are in work or waiting to be taken
 */
export async function* ahead<T, R>(
  items: readonly T[],
  most: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const begun: Promise<R>[] = [];
  for (const item of items) {
    const result = work(item);
    // It may fail before anybody waits for it; whoever does then hears of it.
    result.catch(() => {});
    begun.push(result);
    if (begun.length >= most) yield await begun.shift()!;
  }
  while (begun.length > 0) yield await begun.shift()!;
}
