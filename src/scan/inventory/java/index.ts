// Java artifacts: the jars, wars and ears of an image and those within them, and the parts that were shaded into one archive.
import { LIMITS } from '../../../platform/limits.ts';
import type { Catalogue, CatalogueProblem, Cataloguer, LocatedFact } from '../cataloguer.ts';
import { layersSince } from '../layers-since.ts';
import type { Package } from '../package.ts';
import { packageUrl } from '../purl.ts';
import { quoted } from '../token.ts';
import { isArchiveName, type JavaArchive, readArchive } from './archive.ts';
import { identify } from './identify.ts';
import type { Coordinates } from './properties.ts';

/** Reads every Java archive. */
export const java: Cataloguer = {
  id: 'java',
  version: 2,
  title: 'Java artifacts in jars, wars and ears',
  reads: [
    '**/*.ear',
    '**/*.hpi',
    '**/*.jar',
    '**/*.jpi',
    '**/*.kar',
    '**/*.nar',
    '**/*.par',
    '**/*.rar',
    '**/*.sar',
    '**/*.war',
  ],
  maxBytes: LIMITS.archiveBytes,
  read: (body) => readArchive(body) ?? {},
  packages: catalogue,
};

/** An artifact and the path of its archive, from the image's root. */
interface Found extends Coordinates {
  readonly path: string;
}

/** Facts at other paths are the targets of hard links, which bring the fact of their own. */
function catalogue(facts: readonly LocatedFact[]): Catalogue {
  const packages: Package[] = [];
  const problems: CatalogueProblem[] = [];
  for (const fact of facts) {
    if (!isArchiveName(fact.path)) continue;
    const { found, unnamed } = contentsOf(fact.path, fact.data);
    const since = layersSince(fact, (data) => contentsOf(fact.path, data).found.map(keyOf));
    for (const artifact of found) packages.push(packageOf(artifact, since.get(keyOf(artifact)) ?? fact.layer));
    const groupless = found.filter(({ group }) => group === undefined);
    const reasons = [
      counted(
        groupless.map(({ artifact, version }) => `${artifact} ${version}`),
        'without a known group, which no advisory can be looked up for',
      ),
      counted(unnamed, 'that does not say what it is'),
    ];
    for (const reason of reasons) {
      if (reason !== undefined) problems.push({ path: fact.path, layer: fact.layer, kind: 'undecidable', reason });
    }
  }
  return { packages, problems };
}

/** The artifacts in an archive and those within it, each once for each archive, and the archives that do not say what they are. */
function contentsOf(
  path: string,
  data: unknown,
): { readonly found: readonly Found[]; readonly unnamed: readonly string[] } {
  const found: Found[] = [];
  const unnamed: string[] = [];
  for (const evidence of (data as JavaArchive).archives) {
    const place = evidence.inner === undefined ? path : `${path}!/${evidence.inner}`;
    const artifacts = identify(place, evidence);
    if (artifacts === undefined) unnamed.push(quoted(place.slice(place.lastIndexOf('/') + 1)));
    else for (const artifact of artifacts) found.push({ ...artifact, path: place });
  }
  return { found, unnamed };
}

function packageOf({ group, artifact, version, path }: Found, layer: Package['location']['layer']): Package {
  return {
    purl: packageUrl({ type: 'maven', ...(group === undefined ? {} : { namespace: group }), name: artifact, version }),
    type: 'maven',
    name: group === undefined ? artifact : `${group}:${artifact}`,
    version,
    scheme: 'maven',
    namespace: 'maven',
    location: { layer, path },
  };
}

/** How many of a list are told by name. */
const TOLD = 5;

function counted(names: readonly string[], what: string): string | undefined {
  if (names.length === 0) return undefined;
  const more = names.length > TOLD ? ` and ${names.length - TOLD} more` : '';
  return `${names.length === 1 ? 'an archive' : `${names.length} archives`} ${what}: ${names.slice(0, TOLD).join(', ')}${more}`;
}

function keyOf({ group, artifact, version, path }: Found): string {
  return `${path}\n${group ?? ''}\n${artifact}\n${version}`;
}
