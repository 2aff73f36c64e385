// Every feed that the program reads. A new feed is a folder beside this file and a line here.
import { alpineSecdb } from './alpine-secdb/index.ts';
import { debianMirror } from './debian-mirror/index.ts';
import { debianTracker } from './debian-tracker/index.ts';
import { eol } from './eol/index.ts';
import { epss } from './epss/index.ts';
import type { Feed } from './feed.ts';
import { gitlab } from './gitlab/index.ts';
import { kev } from './kev/index.ts';
import { nvd } from './nvd/index.ts';
import { osv } from './osv/index.ts';
import { redhatCsaf } from './redhat-csaf/index.ts';
import { rpmUpdateinfo } from './rpm-updateinfo/index.ts';
import { rustsec } from './rustsec/index.ts';
import { suseCvrf } from './suse-cvrf/index.ts';
import { vulnrichment } from './vulnrichment/index.ts';

/** Sorted by id. */
export const FEEDS: readonly Feed[] = [
  alpineSecdb,
  debianMirror,
  debianTracker,
  eol,
  epss,
  gitlab,
  kev,
  nvd,
  osv,
  redhatCsaf,
  rpmUpdateinfo,
  rustsec,
  suseCvrf,
  vulnrichment,
];

/** The feed of that id, or undefined. */
export function findFeed(id: string): Feed | undefined {
  return FEEDS.find((feed) => feed.id === id);
}
