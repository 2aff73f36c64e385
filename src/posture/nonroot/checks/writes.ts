// Checks of folders of the image that programs write to: those that the image declares as volumes, its home, and what packages made below /run, /var/cache,
// /var/log, /var/lib and /var/spool. Where nothing is in such a folder, an empty volume of the Pod does.
import { barredFolder, mayAccess } from '../access.ts';
import { mountOver, runsImage, settingOf } from '../container.ts';
import type { NonrootFinding } from '../finding.ts';
import type { JudgedContainer } from '../judged.ts';

/** Folders below which packages keep their state, each in one of its own. */
const STATE = ['/run', '/var/run', '/var/cache', '/var/log', '/var/lib', '/var/spool'];

/** Homes that accounts of a distribution have and nobody keeps anything in. */
const NO_HOME = /^\/(?:$|(?:root|nonexistent|bin|sbin|lib|usr|etc|dev|boot|proc|sys)(?:\/|$))/;

/** Findings of the folders that the user cannot write to. */
export function writeFindings(judged: JudgedContainer): readonly NonrootFinding[] {
  if (!runsImage(judged.container)) return [];
  const { config } = judged.image;
  const volumes = (config.volumes ?? []).map((path) => `/${path.split('/').filter(Boolean).join('/')}`);
  const isReadOnly = settingOf(judged.container, 'readOnlyRootFilesystem')?.value === true;
  return [
    // The runtime makes a volume of its own there, with the owners that the image has, writable also where the root is not.
    ...volumes.flatMap((path) => ofFolder(judged, path, 'image-volume', false)),
    ...stateFolders(judged, volumes).flatMap((path) => ofFolder(judged, path, 'writes', isReadOnly)),
  ];
}

function stateFolders({ image, identity }: JudgedContainer, volumes: readonly string[]): readonly string[] {
  const home = image.config.home ?? identity.home ?? '/';
  const state = STATE.flatMap((folder) =>
    image.files.names(folder).flatMap((name) => {
      const found = image.files.find(`${folder}/${name}`);
      // What the lowest layer has came with the distribution.
      return found?.file.type === 'dir' && found.file.layer > 0 ? [found.path] : [];
    }),
  );
  const homes = NO_HOME.test(home) ? [] : [home];
  return [...new Set(['/tmp', ...homes, ...state])].filter((path) => !volumes.includes(path)).sort();
}

function ofFolder(
  judged: JudgedContainer,
  path: string,
  check: 'image-volume' | 'writes',
  isReadOnly: boolean,
): readonly NonrootFinding[] {
  const { image, actor, mounts, who } = judged;
  if (mountOver(mounts, path) !== undefined) return [];
  const found = image.files.find(path);
  if (found === undefined || found.file.type !== 'dir') return [];
  const canWrite =
    barredFolder(found, actor) === undefined &&
    mayAccess(found.file, 'write', actor) &&
    mayAccess(found.file, 'execute', actor);
  if (canWrite && !isReadOnly) return [];
  const isEmpty = image.files.names(path).length === 0;
  return [
    {
      check,
      class: check === 'image-volume' ? 'likely-break' : 'writes',
      reason: canWrite
        ? `nothing can be written to ${path}: the root file system is read-only`
        : `${who} cannot write to ${path}`,
      facts: [
        image.fact(found),
        ...(check === 'image-volume' ? [`Volumes of the image's configuration: ${path}`] : []),
      ],
      remediation: isEmpty ? 'Mount an emptyDir there.' : 'Give it to that user in the image: it is not empty.',
      ...(isEmpty ? { emptyFolder: path } : {}),
    },
  ];
}
