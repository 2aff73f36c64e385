// The settings under which a container would run as another user than root, taken from what the image says: its user as a number, the user that its scripts
// step down to, the owner of its files; nobody where it says nothing. Pure.
import { isMap, type JsonMap, valueAt } from '../../../platform/json.ts';
import type { ImageFile } from '../../../scan/image/image-files.ts';
import { strategicMerge } from '../../policy/kyverno/mutate/strategic-merge.ts';
import { declaredPorts, PORT_SYSCTL } from '../checks/ports.ts';
import { gainsByFile, steppedDownUsers } from '../checks/program.ts';
import { containersOf, type PodContainer, podSetting, settingOf } from '../container.ts';
import type { NonrootFinding } from '../finding.ts';
import type { Identity } from '../identity.ts';
import type { ImageStart } from '../image-start.ts';
import { type Judgement, judge } from '../judge.ts';
import { judgedContainer } from '../judged.ts';
import { workingDirectory } from '../start.ts';
import { podPatch } from './pod-patch.ts';
import type { Suggestion } from './suggestion.ts';

/** Account that owns nothing (`nobody` of Debian, Alpine and of CSM's charts). */
const NOBODY = 65_534;

/** A suggestion, and what the container comes to under it. */
export interface Proposal extends Suggestion {
  readonly judgement: Judgement;
}

/** What is proposed for a container; undefined where it is ready already: a numeric user other than root, enforced, and nothing in its way. */
export function propose(container: PodContainer, image: ImageStart, now: Judgement): Proposal | undefined {
  if (isReady(container, now)) return undefined;
  const user = userFor(container, image, now.identity);
  const first: Suggestion = {
    ...user,
    settings: settingsFor(container, image, user),
    emptyFolders: [],
    fsGroup: false,
    sysctls: {},
  };
  // What is still in the way under that user tells what else it needs.
  const { findings } = judge(suggested(container, first), { value: image });
  const suggestion = { ...first, ...remedies(container, findings) };
  return { ...suggestion, judgement: judge(suggested(container, suggestion), { value: image }) };
}

function isReady(container: PodContainer, { identity, findings }: Judgement): boolean {
  if (identity === undefined || identity.uid === 0 || !identity.enforced) return false;
  return settingOf(container, 'runAsUser') !== undefined && findings.length === 0;
}

function userFor(
  container: PodContainer,
  image: ImageStart,
  now: Identity | undefined,
): Pick<Suggestion, 'uid' | 'gid' | 'why'> {
  if (now !== undefined && now.uid !== 0) {
    const { uid, gid, account } = now;
    return {
      uid,
      gid,
      why:
        account === undefined
          ? 'it runs as this user now'
          : `it runs as ${account} now, which has this number in the image`,
    };
  }
  const root: Identity = { uid: 0, gid: 0, groups: [], from: 'default', enforced: false, facts: [] };
  const judged = judgedContainer(container, image, now ?? root);
  const accounts = image.accounts();
  for (const name of steppedDownUsers(judged)) {
    const account = 'value' in accounts ? accounts.value.find((one) => one.name === name) : undefined;
    if (account !== undefined && account.uid !== 0)
      return { uid: account.uid, gid: account.gid, why: `its script steps down to ${name}` };
  }
  const folders = [...(image.config.volumes ?? []), workingDirectory(judged)];
  for (const path of folders) {
    const owner = image.files.find(path)?.file;
    if (owner !== undefined && owner.uid !== 0)
      return { ...ownerOf(owner), why: `${path} of the image belongs to this user` };
  }
  return { uid: NOBODY, gid: NOBODY, why: 'the image names no other user than root' };
}

function ownerOf({ uid, gid }: ImageFile): { readonly uid: number; readonly gid: number } {
  return { uid, gid };
}

function settingsFor(
  container: PodContainer,
  image: ImageStart,
  { uid, gid }: { readonly uid: number; readonly gid: number },
): JsonMap {
  const identity: Identity = { uid, gid, groups: [], from: 'container', enforced: true, facts: [] };
  const judged = judgedContainer(container, image, identity);
  const mayGrow = settingOf(container, 'allowPrivilegeEscalation')?.value !== false;
  const low = declaredPorts(judged).some(([port]) => port < 1024);
  // A port below 1024 can come of a file capability, which needs privileges that grow.
  const needsGrowth = judged.privileges.privileged || (low && mayGrow && gainsByFile(judged, 'NET_BIND_SERVICE'));
  return {
    runAsNonRoot: true,
    runAsUser: uid,
    runAsGroup: gid,
    ...(needsGrowth ? {} : { allowPrivilegeEscalation: false }),
  };
}

function remedies(
  container: PodContainer,
  findings: readonly NonrootFinding[],
): Pick<Suggestion, 'emptyFolders' | 'fsGroup' | 'sysctls'> {
  const checks = new Set(findings.map(({ check }) => check));
  const { pod } = container;
  const needsGroup = checks.has('volume') || checks.has('secret-file');
  const onNode = pod.spec['hostNetwork'] === true;
  return {
    emptyFolders: [...new Set(findings.flatMap(({ emptyFolder }) => emptyFolder ?? []))].sort(),
    fsGroup: needsGroup && podSetting(pod, 'fsGroup') === undefined,
    sysctls: checks.has('low-port') && !onNode ? { [PORT_SYSCTL]: '0' } : {},
  };
}

/** The container as the suggestion would have it, alone in its Pod: what it comes to does not depend on the others. */
function suggested(container: PodContainer, suggestion: Suggestion): PodContainer {
  const { pod, list, name, value } = container;
  const { initContainers: _, containers: __, ephemeralContainers: ___, ...rest } = pod.spec;
  const patch = podPatch(pod, [{ list, name, suggestion }]);
  const spec = valueAt(strategicMerge({ spec: { ...rest, [list]: [value] } }, { spec: patch }), 'spec');
  const changed = { ...pod, spec: isMap(spec) ? spec : pod.spec };
  return containersOf(changed)[0] ?? container;
}
