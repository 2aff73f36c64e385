// Finds private keys: PEM blocks (RFC 7468, RFC 5915, PKCS #1 and #8, OpenSSH's PROTOCOL.key, OpenPGP armour), PuTTY's and GnuPG's key files, and key
// stores (Java's JKS, PKCS #12, KeePass) that hold more than certificates.
import { madeSecret, type RecognizedSecret } from '../../image/secrets/secret.ts';

const BEGIN = '-----BEGIN ';
const DASHES = '-----';
/** Keys that one file names, at most. */
const MOST_KEYS = 20;
/** Beginnings of keys that are followed: each search for an end reads the rest of the text. */
const MOST_BLOCKS = 200;
/** Fewer characters of base64 are an example: an Ed25519 key has 64. */
const LEAST_CHARACTERS = 60;

/** The private keys of a text. Line ends may be written as `\n`, as in JSON. */
export function privateKeysIn(text: string): readonly RecognizedSecret[] {
  const found: RecognizedSecret[] = [];
  let left = MOST_BLOCKS;
  for (let at = text.indexOf(BEGIN); at !== -1 && found.length < MOST_KEYS; at = text.indexOf(BEGIN, at + 1)) {
    const labelEnd = text.indexOf(DASHES, at + BEGIN.length);
    if (labelEnd === -1) break;
    const label = text.slice(at + BEGIN.length, labelEnd);
    if (!/^(?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?$/.test(label)) continue;
    if (left-- === 0) break;
    const end = text.indexOf(`-----END ${label}-----`, labelEnd);
    if (end === -1) continue;
    const key = keyOf(label, text.slice(labelEnd + DASHES.length, end));
    if (key !== undefined) found.push(key);
    at = end;
  }
  if (found.length === 0 && /^PuTTY-User-Key-File-\d/.test(text)) {
    const locked = /^Encryption: (?!none)/m.test(text);
    found.push({ ...madeSecret('private-key', text), ...(locked ? { locked } : {}) });
  }
  if (found.length === 0) {
    const [, isProtected] = /\(\d*:?(protected-)?private-key\b/.exec(text.slice(0, 4096)) ?? [undefined, ''];
    if (isProtected !== '')
      found.push({ ...madeSecret('private-key', text), ...(isProtected ? { locked: true } : {}) });
  }
  return found;
}

function keyOf(label: string, block: string): RecognizedSecret | undefined {
  const lines = block.replaceAll(/\\r|\r/g, '').split(/\\n|\n/);
  const body = lines
    .filter((line) => !/^[A-Za-z-]+: /.test(line))
    .join('')
    .replaceAll(/\s/g, '');
  if (body.length < LEAST_CHARACTERS || !/^[A-Za-z0-9+/=]+$/.test(body)) return undefined;
  const locked =
    label.startsWith('ENCRYPTED') ||
    lines.some((line) => /^Proc-Type: .*ENCRYPTED/.test(line)) ||
    isLockedOpenSsh(body);
  return { ...madeSecret('private-key', body), ...(locked ? { locked } : {}) };
}

/** PROTOCOL.key: a magic word, then the cipher's name with its length; `none` where there is no passphrase. */
function isLockedOpenSsh(body: string): boolean {
  const head = Buffer.from(body.slice(0, 64), 'base64').toString('latin1');
  return head.startsWith('openssh-key-v1\0') && !head.startsWith('openssh-key-v1\0\0\0\0\x04none');
}

/** PKCS #12 object identifiers of bags with keys (RFC 7292 appendix D: keyBag, pkcs8ShroudedKeyBag), in DER. */
const KEY_BAGS = ['01', '02'].map((last) => Buffer.from(`060b2a864886f70d010c0a01${last}`, 'hex'));
const JKS = 0xfeedfeed;
const JCEKS = 0xcececece;
const KEEPASS = 0x03d9a29a;

/** The private keys of a key store: one for the store, since what is in it is locked. None for a store of certificates. */
export function keyStoreIn(body: Uint8Array): readonly RecognizedSecret[] {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return holdsKeys(bytes) ? [{ ...madeSecret('key-store', bytes), locked: true }] : [];
}

function holdsKeys(bytes: Buffer): boolean {
  if (bytes.length < 12) return false;
  const magic = bytes.readUInt32BE(0);
  if (magic === KEEPASS) return true;
  if (magic === JKS || magic === JCEKS) return javaStoreHoldsKeys(bytes);
  // An OpenPGP secret key packet (RFC 4880 4.2, 5.5.1.3), old format and new.
  if ([0x94, 0x95, 0x96, 0xc5].includes(bytes[0] ?? 0)) return true;
  return bytes[0] === 0x30 && KEY_BAGS.some((bag) => bytes.includes(bag));
}

/** Entries in order: a tag (1 private key, 2 certificate, 3 secret key), alias, date, content. The first key decides; certificates are passed over. */
function javaStoreHoldsKeys(bytes: Buffer): boolean {
  const count = bytes.readUInt32BE(8);
  let at = 12;
  for (let entry = 0; entry < count && at + 6 <= bytes.length; entry += 1) {
    if (bytes.readUInt32BE(at) !== 2) return true;
    at += 6 + bytes.readUInt16BE(at + 4) + 8;
    if (at + 2 > bytes.length) return false;
    at += 2 + bytes.readUInt16BE(at);
    if (at + 4 > bytes.length) return false;
    at += 4 + bytes.readUInt32BE(at);
  }
  return false;
}
