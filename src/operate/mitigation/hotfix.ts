// A directory of csm-hotfixes (README, install script, docker/index.yaml, helm/index.yaml) as a bundle: what it does stays a procedure for people, since
// scripts of others are never run; what such hotfixes lack is told.
import { stringify } from 'yaml';

/** The files of a hotfix that are read; absent ones are. */
export interface HotfixFiles {
  /** Name of the directory. */
  readonly name: string;
  readonly readme?: string;
  readonly dockerIndex?: string;
  readonly helmIndex?: string;
  readonly installScript?: string;
  readonly rollbackScript?: string;
}

/** Who will answer for the bundle, and until when. */
export interface HotfixKeeper {
  readonly owner: string;
  /** ISO dates. */
  readonly created: string;
  readonly expires: string;
}

/** A bundle and what the hotfix left out. */
export interface ImportedHotfix {
  /** `mitigation.yaml`. */
  readonly yaml: string;
  readonly lacks: readonly string[];
}

/** Makes a bundle of it. */
export function importHotfix(files: HotfixFiles, { owner, created, expires }: HotfixKeeper): ImportedHotfix {
  const readme = files.readme ?? '';
  const id = files.name
    .replace(/[^A-Za-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63);
  const title = /^#\s+(.+)$/m.exec(readme)?.[1]?.trim() ?? files.name;
  const cves = [...new Set(readme.match(/CVE-\d{4}-\d{4,}/g) ?? [])].sort();
  const undo = rollbackOf(files);
  const bundle = {
    mitigation: id,
    version: 1,
    title,
    cves,
    owner,
    created,
    expires,
    assurance: 'untested',
    effect: 'lowers',
    impact: 'not stated by the hotfix',
    restarts: 'pods',
    steps: [
      {
        id: 'install',
        type: 'manual',
        do: [
          `follow the installation section of the hotfix's README${files.installScript === undefined ? '' : ' (its script is read before it is run; this program does not run it)'}`,
          ...listed('images', files.dockerIndex),
          ...listed('charts', files.helmIndex),
        ].join('\n'),
        undo: undo.text,
        check: 'the deployed images and charts are those of the hotfix',
      },
    ],
  };
  return { yaml: stringify(bundle, { lineWidth: 120 }), lacks: lacksOf(files, readme, undo.faults, cves) };
}

function lacksOf(
  files: HotfixFiles,
  readme: string,
  backout: readonly string[],
  cves: readonly string[],
): readonly string[] {
  return [
    ...backout,
    'verification: nothing says how to tell that it is in force, or whether it is still applied',
    'expiry: nothing says until when it is needed; the date in the bundle is yours',
    'captured state: nothing records what stood there before',
    ...(cves.length === 0 ? ['CVE ids: none is named'] : []),
    ...(/\bversions?\b|applies to/i.test(readme) ? [] : ['applicability: no version is named that it is for']),
    ...(/false.?posi?tive/i.test(readme)
      ? ['VEX statement: it says that scanners will go on reporting; write a statement that says why that is wrong']
      : []),
    ...(files.helmIndex === undefined && files.dockerIndex === undefined
      ? ['content: no index of images or charts']
      : []),
  ];
}

interface Rollback {
  readonly text: string;
  readonly faults: readonly string[];
}

function rollbackOf({ readme = '', rollbackScript }: HotfixFiles): Rollback {
  const section = /^#+\s*rollback[^\n]*\n([\s\S]*?)(?=^#+\s|(?![\s\S]))/im.exec(readme)?.[1]?.trim();
  const names = section !== undefined && /rollback\.sh/.test(section);
  const script = rollbackScript !== undefined || names;
  if (section === undefined && !script) {
    const text =
      'the hotfix has no way back: note chart revisions, values and images before it is installed, and give them back';
    return { text, faults: ['back-out: there is none'] };
  }
  const bare = [...(section ?? '').matchAll(/helm[^\n`]*rollback[^\n`]*/g)].filter(
    ([line]) => !/<revision>|\s\d+\s*$/.test(line),
  );
  const faults = [
    ...(bare.length > 0 ? ['back-out: `helm rollback` names no revision: note the one that was deployed before'] : []),
    ...(script
      ? ['back-out: a script that is not read and never run here; read what it changes, and note that before']
      : []),
    ...(/helm[^\n`]*rollback/.test(section ?? '')
      ? [
          'back-out: what deploys the charts (loftsman manifests) still holds the new version, and ships it again next time',
        ]
      : []),
  ];
  return { text: section ?? 'as its rollback script does, after reading it', faults };
}

/** Names with versions of an index, `NAME VERSION`. */
function listed(what: string, index: string | undefined): readonly string[] {
  if (index === undefined) return [];
  let name = '';
  const found = index.split('\n').flatMap((line) => {
    name = /^ {4}([\w./-]+):\s*$/.exec(line)?.[1] ?? name;
    const version = /^ {4,}-\s+["']?([\w.+-]+)["']?\s*$/.exec(line)?.[1];
    return version === undefined || name === '' ? [] : [`${name} ${version}`];
  });
  return found.length === 0 ? [] : [`${what}: ${found.join(', ')}`];
}
