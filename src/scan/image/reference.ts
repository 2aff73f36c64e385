// Image references: reads `registry/repository[:tag][@digest]` as people and charts write it, gives its normal form.
// Grammar of github.com/distribution/reference (reference.go, "Grammar") and its normalisation (normalize.go): a missing registry is docker.io,
// a one-word name there is under library/. No tag is added.
import { type Digest, isDigest } from '../../platform/canonical.ts';
import { ParseError } from '../../platform/errors.ts';

/** A reference in normal form. */
export interface Reference {
  /** Host, with a port where one is written: `docker.io`, `localhost:5000`. */
  readonly registry: string;
  /** Path in the registry: `library/alpine`. */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

const REGISTRY =
  /^(?:\[[0-9a-fA-F:]+\]|[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*)(?::([0-9]+))?$/;
const COMPONENT = /^[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

/** The specification's bound on a repository's name, in characters. */
const REPOSITORY_LENGTH = 255;
/** The specification's bound on a tag, in characters. */
const TAG_LENGTH = 128;
/** Longer than any reference can be; keeps error messages and regular expressions short. */
const TEXT_LENGTH = 1024;

const NO_DIGEST = 'what follows @ is not sha256: and 64 lower-case hexadecimal digits';
const NO_CREDENTIALS = 'what follows @ is no digest; credentials are left to `skopeo login` or `docker login`';

/**
 * Parses and normalises a reference.
 * @throws ParseError that says what is wrong with it.
 */
export function parseReference(text: string): Reference {
  if (text === '') throw new ParseError('an image reference is empty');
  if (text.length > TEXT_LENGTH) throw wrong(text, `it is longer than ${TEXT_LENGTH} characters`);
  if (text !== text.trim()) throw wrong(text, 'it has white space around it');
  if (text.includes('://')) throw wrong(text, 'it starts with a URL scheme; write registry/repository:tag');
  if (/^[0-9a-f]{64}$/.test(text)) throw wrong(text, '64 hexadecimal digits are an image id, not a name');

  const { named, digest } = splitDigest(text);
  const { name, tag } = splitTag(text, named);
  const { registry, path } = splitRegistry(name);
  checkRegistry(text, registry);
  checkRepository(text, path);
  const official = registry === 'docker.io' && !path.includes('/');
  return {
    registry,
    repository: official ? `library/${path}` : path,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** The reference as text, in normal form. */
export function formatReference(reference: Reference): string {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`;
  const digest = reference.digest === undefined ? '' : `@${reference.digest}`;
  return `${repositoryOf(reference)}${tag}${digest}`;
}

/**
 * The normal form of a reference: `alpine:3.16` gives `docker.io/library/alpine:3.16`.
 * @throws ParseError that says what is wrong with it.
 */
export function normalizeReference(text: string): string {
  return formatReference(parseReference(text));
}

/** `registry/repository`, without tag and digest. */
export function repositoryOf(reference: Reference): string {
  return `${reference.registry}/${reference.repository}`;
}

function splitDigest(text: string): { named: string; digest: Digest | undefined } {
  const at = text.indexOf('@');
  if (at === -1) return { named: text, digest: undefined };
  const digest = text.slice(at + 1);
  if (!isDigest(digest)) throw wrong(text, CREDENTIALS.test(text) ? NO_CREDENTIALS : NO_DIGEST);
  return { named: text.slice(0, at), digest };
}

/** A colon behind the last slash starts a tag; one before it belongs to a port. */
function splitTag(text: string, named: string): { name: string; tag: string | undefined } {
  const colon = named.lastIndexOf(':');
  if (colon === -1 || colon < named.lastIndexOf('/')) return { name: named, tag: undefined };
  const tag = named.slice(colon + 1);
  if (tag.length > TAG_LENGTH) throw wrong(text, `its tag is longer than ${TAG_LENGTH} characters`);
  if (!TAG.test(tag)) throw wrong(text, `"${tag}" is not a tag (letters, digits, and _ . - behind the first)`);
  return { name: named.slice(0, colon), tag };
}

/** The first component is a registry when it can be no plain name: it has a dot, a colon or a capital, or is localhost. */
function splitRegistry(name: string): { registry: string; path: string } {
  const slash = name.indexOf('/');
  const first = slash === -1 ? '' : name.slice(0, slash);
  const isHost = /[.:A-Z]/.test(first) || first === 'localhost';
  if (!isHost) return { registry: 'docker.io', path: name };
  return { registry: first === 'index.docker.io' ? 'docker.io' : first, path: name.slice(slash + 1) };
}

function checkRegistry(text: string, registry: string): void {
  const match = REGISTRY.exec(registry);
  if (match === null) throw wrong(text, `"${registry}" is not a registry's host and port`);
  if (match[1] !== undefined && !(Number(match[1]) >= 1 && Number(match[1]) <= 65535)) {
    throw wrong(text, `${match[1]} is not a port`);
  }
}

function checkRepository(text: string, path: string): void {
  if (path === '') throw wrong(text, 'the repository is missing');
  if (path.length > REPOSITORY_LENGTH) {
    throw wrong(text, `its repository is longer than ${REPOSITORY_LENGTH} characters`);
  }
  if (/[A-Z]/.test(path)) throw wrong(text, 'a repository is written in lower case');
  for (const component of path.split('/')) {
    if (!COMPONENT.test(component)) throw wrong(text, `"${component}" cannot be part of a repository`);
  }
}

/** What stands before an @ that no digest follows: a user, a password or a token, as in a URL. */
const CREDENTIALS = /^([a-z][a-z0-9+.-]*:\/\/|\/\/)?.*@(?!sha\d+:)/is;

/** A message shows neither what may be a password, nor more of a long text than its start. */
function wrong(text: string, reason: string): ParseError {
  const shown = text.replace(CREDENTIALS, '$1***@');
  const cut = shown.length > TEXT_LENGTH ? `${shown.slice(0, 60)}…` : shown;
  return new ParseError(`"${cut}" is not an image reference: ${reason}`);
}
