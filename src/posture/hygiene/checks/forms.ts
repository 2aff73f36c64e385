// The forms of what images say of themselves: dates, versions, licences. Pure.

/** RFC 3339 section 5.6, `date-time`. */
export function isTime(value: string): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/.test(value) &&
    !Number.isNaN(Date.parse(value.replace(' ', 'T')))
  );
}

/** A whole version: its numbers, and what may stand behind them. */
const VERSION = /^[vV]?(\d+(?:\.\d+)*)(?:[-+._~].*)?$/;
/** Words of tags that are moved by whoever builds next. */
const MOVING =
  /(?:^|[-._+])(latest|stable|edge|nightly|rolling|dev|devel|main|master|head|snapshot|canary)(?:$|[-._+])/i;
/** The commit behind the version, as tags have it that never move. */
const COMMIT = /[-._+][0-9a-f]{7,40}$/;
/** Numbers of a version as semantic versioning has it. */
const WHOLE = 3;

/** Why a tag does not name one build; undefined when it is a version with so many numbers. */
export function whyOpaque(tag: string | undefined, numbers: number): string | undefined {
  if (tag === undefined) return 'there is no tag: it means latest';
  const [, word] = MOVING.exec(tag) ?? [];
  if (word !== undefined) return `the tag ${tag} has the word ${word}, which names another build every time`;
  const [, version] = VERSION.exec(tag) ?? [];
  if (version === undefined) return `the tag ${tag} is no version`;
  const given = version.split('.').length;
  if (given >= numbers) return undefined;
  const told = given === 1 ? 'one number' : `${given} numbers`;
  return `the tag ${tag} has ${told} where a whole version has ${numbers}: the next build can take its place`;
}

/** The version that a tag names, without a commit behind it; undefined when it is no whole one. */
export function wholeVersionOf(tag: string): string | undefined {
  return whyOpaque(tag, WHOLE) === undefined ? tag.replace(COMMIT, '') : undefined;
}

/**
 * Whether a version is that of a tag, which may have more behind it. `v1.2.3` and `1.2.3` are one version; so are `1.2.3+build` and the tag
 * `1.2.3-build`, since a tag cannot hold a plus sign.
 */
export function isVersionOfTag(version: string, tag: string): boolean {
  const [plain, given] = [plainVersion(version), plainVersion(tag)];
  return given === plain || /^[-._]/.test(given.startsWith(plain) ? given.slice(plain.length) : '');
}

function plainVersion(text: string): string {
  return text.replace(/^v(?=\d)/i, '').replaceAll('+', '-');
}

/** The grammar of SPDX 2.3, annex D; whether a licence is on the list is not asked. */
export function isLicenceExpression(text: string): boolean {
  const tokens = text.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const compound = (depth: number): boolean => {
    if (depth > DEEPEST || !term(depth)) return false;
    while (tokens[at] === 'AND' || tokens[at] === 'OR') {
      at += 1;
      if (!term(depth)) return false;
    }
    return true;
  };
  const term = (depth: number): boolean => {
    if (tokens[at] !== '(') return simple();
    at += 1;
    if (!compound(depth + 1) || tokens[at] !== ')') return false;
    at += 1;
    return true;
  };
  const simple = (): boolean => {
    if (!isName(tokens[at], /^(?:(?:DocumentRef-[\w.-]+:)?LicenseRef-)?[A-Za-z0-9][A-Za-z0-9.-]*\+?$/)) return false;
    at += 1;
    if (tokens[at] !== 'WITH') return true;
    at += 1;
    if (!isName(tokens[at], /^[A-Za-z0-9][A-Za-z0-9.-]*$/)) return false;
    at += 1;
    return true;
  };
  return compound(0) && at === tokens.length;
}

/** Parentheses within each other. */
const DEEPEST = 20;

function isName(token: string | undefined, form: RegExp): boolean {
  return token !== undefined && !['AND', 'OR', 'WITH'].includes(token) && form.test(token);
}
