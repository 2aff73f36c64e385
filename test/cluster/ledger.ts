// What was written and acknowledged, and what a read may therefore answer. Each name is a register that only grows: its values are the turns of its
// writers. A read that began after a turn was acknowledged, or seen by another read, shows that turn or a later one; none shows a turn that was never sent
// (linearizability of one register: Herlihy and Wing, 1990).

/** A read that has begun. */
export interface Reading {
  readonly name: string;
  /** The turn that it must show at least. */
  readonly least: number;
}

interface Register {
  sent: number;
  /** The latest turn that an answer proves, of a write or a read. */
  proved: number;
}

/** The ledger of one traffic. Turns begin at 1. */
export class Ledger {
  readonly #registers = new Map<string, Register>();
  readonly #problems: string[] = [];
  #acknowledged = 0;
  #reads = 0;

  /** Before a write is sent. It may come to be whatever its answer is. */
  sent(name: string, turn: number): void {
    const register = this.#of(name);
    register.sent = Math.max(register.sent, turn);
  }

  acknowledged(name: string, turn: number): void {
    const register = this.#of(name);
    register.proved = Math.max(register.proved, turn);
    this.#acknowledged += 1;
  }

  /** Before a read is sent. */
  begin(name: string): Reading {
    return { name, least: this.#of(name).proved };
  }

  /** @param found the turn that was read; 0 when there is no such object */
  end({ name, least }: Reading, found: number, where: string): void {
    const register = this.#of(name);
    this.#reads += 1;
    if (!(found >= least)) this.#problems.push(`${where}: ${name} is ${found}, though ${least} was written`);
    else if (found > register.sent) this.#problems.push(`${where}: ${name} is ${found}, which nobody wrote`);
    else register.proved = Math.max(register.proved, found);
  }

  /** The latest turn that an answer proves, by name. */
  get proved(): ReadonlyMap<string, number> {
    return new Map([...this.#registers].map(([name, { proved }]) => [name, proved]));
  }

  get problems(): readonly string[] {
    return this.#problems;
  }

  get counts(): { readonly acknowledged: number; readonly reads: number } {
    return { acknowledged: this.#acknowledged, reads: this.#reads };
  }

  #of(name: string): Register {
    const known = this.#registers.get(name);
    if (known !== undefined) return known;
    const register = { sent: 0, proved: 0 };
    this.#registers.set(name, register);
    return register;
  }
}
