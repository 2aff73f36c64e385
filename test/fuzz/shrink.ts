// Makes an input that breaks something smaller, as long as it breaks the same thing: cuts stretches out, halving their length when none can go.
import type { Finding } from './execute.ts';

/**
 * The smallest input found within the time.
 * @param causeOf what a shorter input breaks, undefined when nothing
 */
export async function shrink(
  input: Buffer,
  cause: Finding['cause'],
  causeOf: (input: Buffer) => Promise<string | undefined>,
  milliseconds: number,
): Promise<Buffer> {
  const end = performance.now() + milliseconds;
  let smallest = input;
  for (let length = Math.ceil(input.length / 2); length >= 1; length = Math.floor(length / 2)) {
    for (let at = 0; at < smallest.length && performance.now() < end; ) {
      const shorter = Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + length)]);
      if ((await causeOf(shorter)) === cause) smallest = shorter;
      else at += length;
    }
  }
  return smallest;
}
