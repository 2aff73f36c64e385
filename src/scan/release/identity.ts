// Name and version of a release whose files state none: taken from the name of its file or folder, `csm-1.2.0-beta.97`, `v1.5.0`.
import { basename, resolve } from 'node:path';
import { splitLogical, withoutTransport } from './logical.ts';

/** What a release is called. */
export interface ReleaseIdentity {
  readonly name: string;
  /** Without a leading `v`; `unknown` when nothing states it. */
  readonly version: string;
}

/** The identity of a release of one image: its name without the path, its tag. Undefined for an image that has only a place on disk, without a tag. */
export function identityOfImage(logical: string): ReleaseIdentity | undefined {
  const { repository, tag } = splitLogical(logical);
  return repository === logical && tag === undefined
    ? undefined
    : { name: basename(withoutTransport(repository)), version: tag ?? 'unknown' };
}

/** The identity that a path's last component states. A version starts with two numbers; what stands before it is the name. */
export function identityOfPath(path: string): { readonly name?: string; readonly version?: string } {
  const base = basename(resolve(path)).replace(/(?:\.(?:bom|cdx|spdx))?\.(?:txt|list|ya?ml|json)$/i, '');
  const match = /(?:^|[-_])v?(\d+\.\d+(?:\.\d+)*(?:[-+].*)?)$/.exec(base);
  const name = match === null ? base : base.slice(0, match.index);
  return { ...(name === '' ? {} : { name }), ...(match?.[1] === undefined ? {} : { version: match[1] }) };
}
