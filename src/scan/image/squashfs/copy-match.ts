// The step that all packings of this family share: bytes that were unpacked before are written again.

/**
 * Writes `length` bytes at `to` that stand `distance` before; a match may reach into what it writes itself and then repeats. All places must lie
 * within the output.
 */
export function copyMatch(output: Buffer, to: number, distance: number, length: number): void {
  if (distance >= length) {
    output.copyWithin(to, to - distance, to - distance + length);
    return;
  }
  for (let index = to; index < to + length; index += 1) output[index] = output[index - distance] ?? 0;
}
