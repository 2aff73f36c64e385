// The taint of a kernel: what happened to it since it booted that its makers do not answer for. It stays after the module that caused it is gone.
// Source: Linux, Documentation/admin-guide/tainted-kernels.rst; letters of modules as in /proc/modules (kernel/module/procfs.c).

/** One reason for which a kernel is tainted. */
export interface Taint {
  readonly bit: number;
  /** As the kernel prints it. */
  readonly letter: string;
  readonly meaning: string;
  /**
   * Whether it says that code runs in the kernel which its distribution did not build, sign or support, or that a module was forced: what a check asks.
   * The others tell of faults, of the hardware or of how the kernel was built.
   */
  readonly foreign: boolean;
}

const TAINTS: readonly Taint[] = [
  taint(0, 'P', 'a module with a proprietary licence was loaded', true),
  taint(1, 'F', 'a module was loaded by force', true),
  taint(2, 'S', 'the kernel runs on a machine that it was not made for'),
  taint(3, 'R', 'a module was unloaded by force', true),
  taint(4, 'M', 'a processor reported a machine check exception'),
  taint(5, 'B', 'a bad page was referenced'),
  taint(6, 'U', 'a program asked for the taint'),
  taint(7, 'D', 'the kernel died before: there was an OOPS or BUG'),
  taint(8, 'A', 'an ACPI table was overridden', true),
  taint(9, 'W', 'the kernel issued a warning'),
  taint(10, 'C', 'a staging driver was loaded', true),
  taint(11, 'I', 'a workaround for a bug of the firmware is applied'),
  taint(12, 'O', 'a module from outside of the kernel was loaded', true),
  taint(13, 'E', 'an unsigned module was loaded', true),
  taint(14, 'L', 'there was a soft lockup'),
  taint(15, 'K', 'the kernel was patched live'),
  taint(16, 'X', 'a mark of the distribution; on SUSE a module that its vendor supports, not SUSE'),
  taint(17, 'T', 'the kernel was built with randomised structures'),
  taint(18, 'N', 'a test within the kernel was run'),
  taint(19, 'J', 'a program used a debug operation of fwctl'),
];

/** Letters of `(OE)` in /proc/modules that a module itself can have. */
const MODULE_LETTERS = 'POFCEKXNT';

function taint(bit: number, letter: string, meaning: string, foreign = false): Taint {
  return { bit, letter, meaning, foreign };
}

/** The reasons in `/proc/sys/kernel/tainted`; bits without a known meaning are told as such. Undefined when the text is no such number. */
export function taintsOf(text: string): readonly Taint[] | undefined {
  const digits = text.trim();
  if (!/^\d{1,19}$/.test(digits)) return undefined;
  const value = BigInt(digits);
  const known = TAINTS.filter(({ bit }) => ((value >> BigInt(bit)) & 1n) === 1n);
  const rest = Array.from({ length: 64 - TAINTS.length }, (_, index) => TAINTS.length + index);
  return [
    ...known,
    ...rest
      .filter((bit) => ((value >> BigInt(bit)) & 1n) === 1n)
      .map((bit) => taint(bit, '?', 'a reason that only this kernel knows', true)),
  ];
}

/** The letters of a module's taint as far as they are some: `OE`. */
export function moduleTaint(text: string): string {
  return [...text].filter((letter) => MODULE_LETTERS.includes(letter)).join('');
}

/** `O (bit 12): a module from outside of the kernel was loaded`. */
export function taintText({ bit, letter, meaning }: Taint): string {
  return `${letter} (bit ${bit}): ${meaning}`;
}
