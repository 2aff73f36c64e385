// What must hold whatever the input: a broken law is a finding like a crash.

/** @throws Error with the message when it does not hold. */
export function expect(holds: boolean, message: string): void {
  if (!holds) throw new Error(message.slice(0, 500));
}

/**
 * What the reader gives of a text that the program wrote itself: no such text may be refused.
 * @throws Error when it is
 */
export function expectRead<T>(read: () => T, what: string): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`${what} is not read again: ${String(error)}`.slice(0, 500), { cause: error });
  }
}
