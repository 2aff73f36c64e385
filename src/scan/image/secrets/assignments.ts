// Finds passwords and tokens in names with values: environment variables, .env files, INI and YAML, build steps of an image's history.
import { chosenSecret, madeSecret, type RecognizedSecret } from './secret.ts';

/** Tokens that are known by their form, whose issuers gave them a mark of their own so that they are found. */
const TOKENS: readonly (readonly [RegExp, 'cloud-key' | 'token'])[] = [
  [/\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/, 'cloud-key'],
  [/\bAIza[\w-]{35}(?![\w-])/, 'cloud-key'],
  [/\bgh[pousr]_[A-Za-z0-9]{36,255}\b/, 'token'],
  [/\bgithub_pat_\w{82}\b/, 'token'],
  [/\bglpat-[\w-]{20,}/, 'token'],
  [/\bnpm_[A-Za-z0-9]{36}\b/, 'token'],
  [/\bpypi-AgEIcHlwaS5vcmc[\w-]{50,}/, 'token'],
  [/\bxox[abprs]-[A-Za-z0-9-]{20,}/, 'token'],
  [/\bsk_live_[A-Za-z0-9]{20,}/, 'token'],
  [/\bhvs\.[\w-]{24,}/, 'token'],
];

/** Amazon's documentation uses these in all examples. */
const EXAMPLE_TOKENS = /EXAMPLE/;

/** A name that says that its value is secret. `_FILE`, `_URL` and the like say where one is, or how one must be. */
const SECRET_NAME =
  /(?:passw(?:or)?d|passphrase|secret(?:_?key)?|token|api_?key|access_?key|private_?key|credential|auth_?key)s?$/i;
const PLAIN_NAME = /(?:^|_)(?:public|key_?id|access_?key_?id|no|use|enable|disable|allow|max|min|skip)(?:_|$)/i;

/** Tokens of known form in a text. */
export function tokensIn(text: string): readonly RecognizedSecret[] {
  return TOKENS.flatMap(([form, kind]) => {
    const [token] = form.exec(text) ?? [];
    return token === undefined || EXAMPLE_TOKENS.test(token) ? [] : [madeSecret(kind, token)];
  });
}

/** What a name with its value gives away. */
export function secretIn(name: string, value: string): RecognizedSecret | undefined {
  const [token] = tokensIn(value);
  if (token !== undefined) return token;
  const plain = name.replaceAll('-', '_').replaceAll('.', '_');
  if (/^aws_secret_access_key$/i.test(plain)) {
    return value.length === 40 && !EXAMPLE_TOKENS.test(value) ? madeSecret('cloud-key', value) : undefined;
  }
  if (!SECRET_NAME.test(plain) || PLAIN_NAME.test(plain)) return passwordOfUrl(value);
  return chosenSecret(/pass/i.test(plain) ? 'password' : 'token', value);
}

/** A password in a URL: `https://user:password@host`. */
export function passwordOfUrl(text: string): RecognizedSecret | undefined {
  const [, password = ''] = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/'"]{0,100}:([^\s@/'"]{1,200})@/i.exec(text) ?? [];
  return password === '' ? undefined : chosenSecret('password', password);
}

/** A text with tokens of known form and the credentials of its URLs covered: for what is kept and quoted. */
export function covered(text: string): string {
  const withoutTokens = TOKENS.reduce((rest, [form]) => rest.replaceAll(new RegExp(form, 'g'), COVER), text);
  // A user alone is no secret in ssh://git@host; in an address of the web (the scheme ends in p or s) it is a token.
  return withoutTokens.replaceAll(/([a-z]):\/\/([^\s/@'"]+)@/gi, (whole: string, scheme: string, user: string) =>
    user.includes(':') || /[ps]/i.test(scheme) ? `${scheme}://${COVER}@` : whole,
  );
}

/** Stands where a secret was. */
const COVER = '…';

/** Longer lines are data. */
const LINE_LENGTH = 4096;

/** Lines of the form `NAME=value`, `name = value`, `name: value`; in quotes or not, with `export` before it or not. */
export function assignmentsIn(text: string): readonly RecognizedSecret[] {
  return text.split('\n').flatMap((line) => {
    if (line.length > LINE_LENGTH) return [];
    // A list's dash, a symbol's colon (Ruby), quotes (JSON).
    const plain = line.replace(/^[\s:"'-]*(?:export\s)?\s*/, '');
    const at = plain.search(/[=:]/);
    const name = plain.slice(0, Math.max(at, 0)).trim().replace(/["']$/, '');
    if (!/^[A-Za-z_][\w.-]{0,100}$/.test(name)) return [];
    return secretIn(name, unquoted(plain.slice(at + 1).trim())) ?? [];
  });
}

/** A value without the quotes around it. */
export function unquoted(value: string): string {
  return value.replace(/^(["'])(.*)\1,?$/s, '$2');
}
