// Opens a suite of a mirror: its Release file with the signature checked, and the packages that its indexes offer.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { checkAddress } from '../update/download.ts';
import type { SignedBy } from './apt-sources.ts';
import { cacheFolder, writeStored } from './cache.ts';
import { binaryKeyrings, unarmour } from './keyring.ts';
import { type OfferedPackage, offersIn } from './packages-index.ts';
import { nameOf, type Place, withoutPassword } from './places.ts';
import type { Environment } from './programs.ts';
import { parseRelease, type ReleaseFile } from './release-file.ts';
import { checkSignature, type SignedFile, type Verdict, type Verifier } from './signature.ts';
import { haveFile } from './stored-files.ts';
import type { Transport } from './transport.ts';
import { unpack } from './unpack.ts';

/** What the reading of a mirror works with. */
export interface Mirror {
  readonly transport: Transport;
  readonly cache: string;
  readonly environment: Environment;
  readonly now: () => Date;
  /** Absent when the machine has no program that checks signatures. */
  readonly verifier?: Verifier;
  /** Keyrings for places that name none. */
  readonly keyrings: readonly string[];
  readonly allowUnsigned: boolean;
}

/** A suite whose Release file was read. */
export interface OpenedSuite {
  readonly place: Place;
  readonly release: ReleaseFile;
  /** Keys that signed it. */
  readonly signedBy: readonly string[];
  /** Why its signature was not checked. */
  readonly unsigned?: string;
}

/** Packings of an index, those that Node itself reads first. */
const PACKINGS = ['.gz', '.xz', ''];

/**
 * Reads the Release file.
 * @returns undefined when the mirror has no such suite
 * @throws PlimsollError `input-unreadable` when the signature is bad, or cannot be checked and must be; ParseError
 */
export async function openSuite(place: Place, mirror: Mirror): Promise<OpenedSuite | undefined> {
  const folder = mkdtempSync(join(cacheFolder(mirror.cache, 'suites'), 'release-'));
  try {
    const checked = await signedRelease(place, folder, mirror);
    if (checked !== 'absent' && checked.state === 'good') {
      return { place, release: parseRelease(checked.text.toString()), signedBy: checked.signedBy };
    }
    if (checked !== 'absent') refuse(place, checked, mirror.allowUnsigned);
    const text = join(folder, 'unsigned');
    if (!(await mirror.transport.fetch(address(place, 'Release'), text, LIMITS.releaseFileBytes))) return undefined;
    const unsigned = checked === 'absent' ? 'the suite has no signature' : checked.reason;
    refuse(place, { state: 'unknown', reason: unsigned }, mirror.allowUnsigned);
    return { place, release: parseRelease(readFileSync(text, 'utf8')), signedBy: [], unsigned };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Checked =
  | { readonly state: 'good'; readonly text: Buffer; readonly signedBy: readonly string[] }
  | Exclude<Verdict, { readonly state: 'good' }>;

/** The signed text; `absent` when the suite has none. */
async function signedRelease(place: Place, folder: string, mirror: Mirror): Promise<Checked | 'absent'> {
  const { verifier } = mirror;
  const signed = await fetchSigned(place, folder, mirror);
  if (signed === undefined) return 'absent';
  if (verifier === undefined) return { state: 'unknown', reason: 'neither gpgv nor sqv is installed' };
  const keyrings = keyringsOf(place.signedBy, mirror.keyrings, folder);
  const verdict = await checkSignature(verifier, signed, keyrings, place.signedBy, mirror.environment);
  if (verdict.state !== 'good') return verdict;
  return { ...verdict, text: verdict.text ?? readFileSync(signed.file) };
}

async function fetchSigned(
  place: Place,
  folder: string,
  { transport, verifier }: Mirror,
): Promise<SignedFile | undefined> {
  const file = join(folder, 'release');
  const signature = join(folder, 'signature');
  if (verifier !== 'sqv' && (await transport.fetch(address(place, 'InRelease'), file, LIMITS.releaseFileBytes))) {
    return { kind: 'inline', file };
  }
  if (!(await transport.fetch(address(place, 'Release'), file, LIMITS.releaseFileBytes))) return undefined;
  if (!(await transport.fetch(address(place, 'Release.gpg'), signature, LIMITS.metadataBytes))) return undefined;
  return { kind: 'detached', file, signature };
}

function keyringsOf(signedBy: SignedBy, usual: readonly string[], folder: string): readonly string[] {
  if (signedBy.key !== undefined) {
    const file = join(folder, 'key.gpg');
    writeStored(file, unarmour(signedBy.key, 'Signed-By'));
    return [file];
  }
  return binaryKeyrings(signedBy.keyrings.length > 0 ? signedBy.keyrings : usual, folder);
}

/** A bad signature is refused in any case; what is not signed must be allowed, and come over a connection that nobody can alter. */
function refuse(place: Place, verdict: Exclude<Verdict, { readonly state: 'good' }>, allowUnsigned: boolean): void {
  const what = nameOf(place);
  if (verdict.state === 'bad')
    throw new PlimsollError('input-unreadable', `${what}: ${verdict.reason}; nothing of it is taken`);
  if (allowUnsigned) {
    if (!place.uri.startsWith('file:')) checkAddress(withoutPassword(place.uri));
    return;
  }
  throw new PlimsollError(
    'input-unreadable',
    `${what}: the signature cannot be checked: ${verdict.reason}; install gpgv, name the keyring with --keyring, or take the suite as it is with --allow-unsigned`,
  );
}

/**
 * Everything that the suite offers of the wanted source packages; undefined when it has no packages of the architecture.
 * @throws PlimsollError when an index is not there or not what the Release file says; LimitError
 */
export async function offersOf(
  { place, release }: OpenedSuite,
  architecture: string,
  wanted: ReadonlySet<string>,
  mirror: Mirror,
): Promise<readonly OfferedPackage[] | undefined> {
  let offers: OfferedPackage[] | undefined;
  for (const component of place.components.length > 0 ? place.components : release.components) {
    const path = `${component}/binary-${architecture}/Packages`;
    const index = await fetchIndex(place, release, path, mirror);
    if (index === undefined) continue;
    offers ??= [];
    for (const offer of offersIn(await readWhole(index, mirror.environment), wanted)) offers.push(offer);
  }
  return offers;
}

/** The stored index; undefined when the suite lists none under this path. */
async function fetchIndex(
  place: Place,
  release: ReleaseFile,
  path: string,
  mirror: Mirror,
): Promise<string | undefined> {
  const folder = cacheFolder(mirror.cache, 'indexes');
  let listed = false;
  for (const packing of PACKINGS) {
    const expected = release.files.get(path + packing);
    if (expected === undefined) continue;
    listed = true;
    if (expected.size > LIMITS.mirrorIndexBytes) continue;
    const plain = address(place, path + packing);
    const byHash = `${plain.slice(0, plain.lastIndexOf('/'))}/by-hash/SHA256/${expected.sha256}`;
    const urls = release.byHash ? [byHash, plain] : [plain];
    const file = join(folder, expected.sha256);
    if (await haveFile(urls, file, expected, mirror.transport, mirror.now())) return file;
  }
  if (listed)
    throw new PlimsollError('input-unreadable', `${nameOf(place)}: the mirror has no index ${path} that can be read`);
  return undefined;
}

async function readWhole(file: string, environment: Environment): Promise<Buffer> {
  const parts: Buffer[] = [];
  const take = (bytes: Uint8Array): boolean => {
    parts.push(Buffer.from(bytes));
    return false;
  };
  const { size } = statSync(file);
  await unpack({ file, offset: 0, length: size }, LIMITS.mirrorIndexBytes, take, environment);
  return Buffer.concat(parts);
}

function address({ uri, suite }: Place, path: string): string {
  return `${uri}/dists/${suite}/${path}`;
}
