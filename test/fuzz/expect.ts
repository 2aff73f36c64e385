// What must hold whatever the input: a broken law is a finding like a crash.

/** @throws Error with the message when it does not hold. */
export function expect(holds: boolean, message: string): void {
  if (!holds) throw new Error(message.slice(0, 500));
}
