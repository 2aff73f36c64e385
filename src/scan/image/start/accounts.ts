// The accounts and groups of an image: passwd(5) and group(5). Lines that are none are passed over, as runtimes do that look names up
// (github.com/moby/sys user).
import { LIMITS } from '../../../platform/limits.ts';

/** A line of /etc/passwd. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** A line of /etc/group. */
export interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** The accounts of /etc/passwd in its order, at most `LIMITS.accounts`. */
export function readAccounts(body: Uint8Array): readonly Account[] {
  return fieldsOfLines(body).flatMap(([name = '', , uid = '', gid = '', , home = '']) =>
    name !== '' && isId(uid) && isId(gid) ? [{ name, uid: Number(uid), gid: Number(gid), home }] : [],
  );
}

/** The groups of /etc/group in its order, at most `LIMITS.accounts`. */
export function readGroups(body: Uint8Array): readonly Group[] {
  return fieldsOfLines(body).flatMap(([name = '', , gid = '', members = '']) =>
    name !== '' && isId(gid)
      ? [{ name, gid: Number(gid), members: members.split(',').filter((member) => member !== '') }]
      : [],
  );
}

function fieldsOfLines(body: Uint8Array): readonly (readonly string[])[] {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  return text
    .split('\n', LIMITS.accounts)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(':'));
}

/** A number of 32 bits, in decimal. */
function isId(text: string): boolean {
  return /^\d{1,10}$/.test(text) && Number(text) <= 0xff_ff_ff_ff;
}
