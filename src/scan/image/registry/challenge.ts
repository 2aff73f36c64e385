// Parses WWW-Authenticate headers: RFC 9110 11.6.1; the parameters of Bearer are those of the distribution specification's token authentication.

/** One way to authenticate that a server offers. Names in lower case. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const PARAMETER = /([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/y;
const SCHEME = /[!#$%&'*+.^_`|~0-9A-Za-z-]+(?=[\s,]|$)/y;

/** The challenges of a header, in its order. What cannot be read ends the list. */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  let at = 0;
  for (;;) {
    while (/[\s,]/.test(header[at] ?? '')) at++;
    PARAMETER.lastIndex = at;
    SCHEME.lastIndex = at;
    const current = challenges.at(-1);
    const parameter = current === undefined ? null : PARAMETER.exec(header);
    if (parameter !== null) {
      const value = parameter[3] ?? (parameter[2] ?? '').replaceAll(/\\(.)/g, '$1');
      current?.parameters.set((parameter[1] ?? '').toLowerCase(), value);
      at = PARAMETER.lastIndex;
      continue;
    }
    const scheme = SCHEME.exec(header);
    if (scheme === null) return challenges;
    challenges.push({ scheme: scheme[0].toLowerCase(), parameters: new Map() });
    at = SCHEME.lastIndex;
  }
}
