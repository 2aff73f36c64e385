// The small languages in which runtimes are configured: `key = value` with comments, and `KEY value`.

/** Options with all values that they were given, in order. */
export type Options = ReadonlyMap<string, readonly string[]>;

/** Lines `key = value`; `#` begins a comment where a line begins with it; a backslash at the end of a line goes on in the next (Shifter). */
export function keyValueOptions(text: string): Options {
  return gathered(linesOf(text.replace(/\\\r?\n/g, ' ')).map((line) => splitAt(line, line.indexOf('='))));
}

/** Lines `KEY value`, as enroot has them; a sign of equality may stand between. */
export function spacedOptions(text: string): Options {
  return gathered(linesOf(text).map((line) => splitAt(line, line.search(/[\s=]/))));
}

/** The value that counts: the last one. Undefined where the option is not set. */
export function optionOf(options: Options, key: string): string | undefined {
  return options.get(key)?.at(-1);
}

/** Lines that are not empty and no comments, without white space around them. */
function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function splitAt(line: string, at: number): readonly [key: string, value: string] {
  return at === -1 ? [line, ''] : [line.slice(0, at).trim(), line.slice(at).trim().replace(/^=/, '').trim()];
}

function gathered(pairs: readonly (readonly [key: string, value: string])[]): Options {
  const options = new Map<string, string[]>();
  for (const [key, value] of pairs) {
    const values = options.get(key);
    if (values === undefined) options.set(key, [value]);
    else values.push(value);
  }
  return options;
}
