// Asynchronous work over many items with a bound on how many run at once.

/** Results in the order of the items. The first rejection rejects the whole: work that is already running is left to end, no more is begun. */
export async function mapLimited<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const lane = async (): Promise<void> => {
    try {
      for (let index = next++; index < items.length; index = next++)
        results[index] = await work(items[index] as T, index);
    } catch (error) {
      next = items.length;
      throw error;
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, lane));
  return results;
}
