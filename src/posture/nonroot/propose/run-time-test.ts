// A POSIX sh script that asks a cluster whether the containers of a release really run as proposed: user, group, no_new_privs and capabilities of process 1
// (proc_pid_status(5)), readiness, restarts, and whether the folders that are to be writable are. It changes nothing but a file that it makes and removes.
import { memberOf, textOf } from '../../../platform/json.ts';
import { printable } from '../../../platform/printable.ts';
import { containersOf, type JudgedPod, mountsOf, type PodContainer, settingOf } from '../container.ts';
import type { Identity } from '../identity.ts';
import type { NonrootContainer, NonrootResult } from '../nonroot.ts';

/** What one container is to be. */
interface Expected {
  readonly uid: number;
  readonly gid: number;
  /** no_new_privs is set. */
  readonly confined: boolean;
  /** Absolute paths. */
  readonly writable: readonly string[];
}

/** The script for all workloads that are proposed something or run as another user than root, ended by a line feed. */
export function runTimeTest({ pods, containers, release }: NonrootResult): string {
  const byPod = Map.groupBy(containers, ({ workload, position }) => `${workload} ${position}`);
  const checks = pods
    .filter(({ workload }) => !workload.startsWith('Image/'))
    .flatMap((pod) => checksOf(pod, byPod.get(`${pod.workload} ${pod.source.position}`) ?? []));
  const name = `${release.name} ${release.version}`.replaceAll(/[^\w .:+-]/g, '?');
  return `${HEAD.replace('@RELEASE@', name)}\n${checks.join('\n')}\n${TAIL}`;
}

function checksOf(pod: JudgedPod, judged: readonly NonrootContainer[]): readonly string[] {
  const selector = Object.entries(pod.labels)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(',');
  const subject = pod.workload;
  if (selector === '') return [`unknown ${quoted(`${subject}: its Pods have no labels to find them by`)}`];
  const shared = memberOf(pod.spec, 'shareProcessNamespace') === true || memberOf(pod.spec, 'hostPID') === true;
  const known = new Map(judged.map((one) => [`${one.list} ${one.name}`, one]));
  return containersOf(pod).flatMap((container) => {
    const one = known.get(`${container.list} ${container.name}`);
    if (one === undefined || container.list === 'ephemeralContainers') return [];
    const expected = expectedOf(container, one);
    if (expected === undefined) return [`unknown ${quoted(`${one.subject}: it is not known who it is to run as`)}`];
    if (container.list === 'initContainers' && textOf(container.value, 'restartPolicy') !== 'Always') {
      // It has ended when its Pod runs: that the Pod runs says that it did its work.
      return [`passed_init ${[pod.source.namespace ?? 'default', selector, container.name].map(quoted).join(' ')}`];
    }
    const { uid, gid, confined, writable } = expected;
    const words = [
      pod.source.namespace ?? 'default',
      selector,
      container.name,
      shared ? 'self' : '1',
      String(uid),
      String(gid),
      confined ? '1' : '0',
    ];
    return [`check ${[...words, ...writable].map(quoted).join(' ')}`];
  });
}

function expectedOf(container: PodContainer, { proposal, identity, outcome }: NonrootContainer): Expected | undefined {
  const volumes = mountsOf(container)
    .filter(
      ({ kind, readOnly }) =>
        !readOnly && (kind === 'emptyDir' || kind === 'persistentVolumeClaim' || kind === 'ephemeral'),
    )
    .map(({ path }) => path);
  const applied =
    proposal !== undefined && (proposal.judgement.outcome === 'ok' || proposal.judgement.outcome === 'unknown');
  if (applied) {
    const { uid, gid, settings, emptyFolders } = proposal;
    const confined =
      (settings['allowPrivilegeEscalation'] ?? settingOf(container, 'allowPrivilegeEscalation')?.value) === false;
    return { uid, gid, confined, writable: [...new Set([...volumes, ...emptyFolders])].sort() };
  }
  if (identity === undefined || outcome === 'block') return undefined;
  return {
    ...idsOf(identity),
    confined: settingOf(container, 'allowPrivilegeEscalation')?.value === false,
    writable: [...new Set(volumes)].sort(),
  };
}

function idsOf({ uid, gid }: Identity): { readonly uid: number; readonly gid: number } {
  return { uid, gid };
}

/** One word of the shell (POSIX shell command language, 2.2.2), which the script prints too. */
function quoted(text: string): string {
  return `'${printable(text).replaceAll("'", "'\\''")}'`;
}

const HEAD = `#!/bin/sh
# Whether the containers of @RELEASE@ run as they are to: user, group, no_new_privs, capabilities, readiness and writable folders.
# Run it where kubectl reaches the cluster, before and after the change; KUBECTL names another program.
# It needs the rights to get pods and to create pods/exec. Exit code: 0 all as it is to be, 1 something is not, 2 something could not be told.
set -u
KUBECTL=\${KUBECTL:-kubectl}
passed=0
failed=0
untold=0

pass() { passed=$((passed + 1)); }
fail() { failed=$((failed + 1)); printf 'FAIL %s\\n' "$1"; }
unknown() { untold=$((untold + 1)); printf 'UNKNOWN %s\\n' "$1"; }

# pods_of NAMESPACE SELECTOR: names of the Pods that run
pods_of() {
  "$KUBECTL" get pods -n "$1" -l "$2" --field-selector=status.phase=Running -o name
}

# field STATUS NAME: the first value of a line of /proc/PID/status
field() {
  printf '%s\\n' "$1" | while read -r name value _; do
    if [ "$name" = "$2:" ]; then printf '%s' "$value"; fi
  done
}

# same PLACE WHAT WANTED FOUND
same() {
  if [ "$3" = "$4" ]; then pass; else fail "$1: $2 is \${4:-not known}, not $3"; fi
}

# passed_init NAMESPACE SELECTOR CONTAINER: an init container ended well when its Pod runs
passed_init() {
  if [ -n "$(pods_of "$1" "$2")" ]; then pass; else unknown "$1 $2 $3: no Pod runs"; fi
}

# check NAMESPACE SELECTOR CONTAINER PROCESS UID GID NO_NEW_PRIVS FOLDER...
check() {
  namespace=$1 selector=$2 container=$3 process=$4 uid=$5 gid=$6 confined=$7
  shift 7
  pods=$(pods_of "$namespace" "$selector")
  if [ -z "$pods" ]; then
    unknown "$namespace $selector $container: no Pod runs"
    return
  fi
  for pod in $pods; do
    place="$namespace $pod $container"
    path="{.status.containerStatuses[?(@.name==\\"$container\\")]['ready','restartCount']}"
    state=$("$KUBECTL" get -n "$namespace" "$pod" -o "jsonpath=$path") || state=
    case $state in
      'true 0') pass ;;
      'true '*) fail "$place: it is ready, after \${state#true } restarts" ;;
      'false '*) fail "$place: it is not ready" ;;
      *) unknown "$place: its state cannot be read" ;;
    esac
    status=$("$KUBECTL" exec -n "$namespace" "$pod" -c "$container" -- cat "/proc/$process/status" 2>/dev/null) || status=
    if [ -z "$status" ]; then
      unknown "$place: /proc/$process/status cannot be read (an image without cat?)"
      continue
    fi
    same "$place" uid "$uid" "$(field "$status" Uid)"
    same "$place" gid "$gid" "$(field "$status" Gid)"
    same "$place" no_new_privs "$confined" "$(field "$status" NoNewPrivs)"
    if [ "$uid" != 0 ] && [ "$confined" = 1 ]; then
      same "$place" 'the set of effective capabilities' 0000000000000000 "$(field "$status" CapEff)"
    fi
    for folder in "$@"; do
      # shellcheck disable=SC2016 # for the shell in the container
      if "$KUBECTL" exec -n "$namespace" "$pod" -c "$container" -- sh -c 'f="$1/.write-test-$$" && : >"$f" && rm -f "$f"' sh "$folder" 2>/dev/null; then
        pass
      elif "$KUBECTL" exec -n "$namespace" "$pod" -c "$container" -- sh -c : 2>/dev/null; then
        fail "$place: nothing can be written to $folder"
      else
        unknown "$place: the image has no shell to write to $folder with"
      fi
    done
  done
}
`;

const TAIL = `
printf '%s passed, %s failed, %s could not be told\\n' "$passed" "$failed" "$untold"
if [ "$failed" -gt 0 ]; then exit 1; fi
if [ "$untold" -gt 0 ]; then exit 2; fi
`;
