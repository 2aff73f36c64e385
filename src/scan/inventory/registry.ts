// The cataloguers. A new one is a folder here and a line in this list; registry.test.ts holds each to the same rules.
import { apk } from './apk/index.ts';
import { cargo } from './cargo/index.ts';
import type { Cataloguer } from './cataloguer.ts';
import { dpkg } from './dpkg/index.ts';
import { files } from './files/index.ts';
import { go } from './go/index.ts';
import { npm } from './npm/index.ts';
import { osRelease } from './os-release/index.ts';
import { python } from './python/index.ts';
import { rpm } from './rpm/index.ts';

/** All cataloguers, sorted by id. */
export const CATALOGUERS: readonly Cataloguer[] = [apk, cargo, dpkg, files, go, npm, osRelease, python, rpm];
