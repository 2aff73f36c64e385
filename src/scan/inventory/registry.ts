// The cataloguers. A new one is a folder here and a line in this list; registry.test.ts holds each to the same rules.
import { apk } from './apk/index.ts';
import { cargo } from './cargo/index.ts';
import type { Cataloguer } from './cataloguer.ts';
import { contentSets } from './content-sets/index.ts';
import { dotnet } from './dotnet/index.ts';
import { dpkg } from './dpkg/index.ts';
import { files } from './files/index.ts';
import { gem } from './gem/index.ts';
import { go } from './go/index.ts';
import { java } from './java/index.ts';
import { npm } from './npm/index.ts';
import { osRelease } from './os-release/index.ts';
import { python } from './python/index.ts';
import { rpm } from './rpm/index.ts';
import { secrets } from './secrets/index.ts';
import { spdx } from './spdx/index.ts';

/** All cataloguers, sorted by id. */
export const CATALOGUERS: readonly Cataloguer[] = [
  apk,
  cargo,
  contentSets,
  dotnet,
  dpkg,
  files,
  gem,
  go,
  java,
  npm,
  osRelease,
  python,
  rpm,
  secrets,
  spdx,
];
