// The collector: one POSIX sh script of fixed commands that runs on a bare node (coreutils or busybox, od and awk), reads, and changes nothing. It prints
// one part: a line `plimsoll-evidence 1`, records as lines of JSON, and at the end their number and digest, so that a part that was cut is seen.
import type { Probe } from '../evidence.ts';
import { BENCHMARK_SHELL } from './benchmark-shell.ts';
import { FILE_SHELL } from './file-shell.ts';
import { JSON_SHELL } from './json-shell.ts';
import { PART_MARK } from './mark.ts';
import { NODE_SHELL } from './node-shell.ts';
import { PROCESS_SHELL } from './process-shell.ts';
import { REDACT_SHELL } from './redact-shell.ts';
import { RUNTIME_SHELL } from './runtime-shell.ts';

/** Bytes of one file or one command's output that are kept. Configurations have kilobytes, the mounts of a busy node some hundred. */
const MOST_BYTES = 1024 ** 2;

/** Files below one folder that are told. */
const MOST_NAMES = 2000;

/** The two probes. */
export const PROBES: readonly Probe[] = ['benchmark', 'node'];

/**
 * The text of the script.
 * @param probes what it is to look at, in the order of PROBES
 * @param version of this program, which the part then names
 */
export function collectorScript(probes: readonly Probe[], version: string): string {
  const parts = [
    JSON_SHELL,
    FILE_SHELL,
    REDACT_SHELL,
    PROCESS_SHELL,
    ...probes.flatMap((probe) => PROBE_SHELLS[probe]),
  ];
  return [
    '#!/bin/sh',
    `# Collects evidence of a node (plimsoll ${version}).`,
    HEAD.trim(),
    `most_bytes=${MOST_BYTES}`,
    `most_names=${MOST_NAMES}`,
    `collector=${version}`,
    `probes='${JSON.stringify(probes)}'`,
    ...parts.map((text) => `\n${text.trim()}`),
    '',
    'part() {',
    '  header',
    '  processes',
    ...probes.map((probe) => `  ${probe}`),
    '}',
    TAIL.trim(),
    '',
  ].join('\n');
}

const PROBE_SHELLS: Readonly<Record<Probe, readonly string[]>> = {
  benchmark: [BENCHMARK_SHELL],
  node: [RUNTIME_SHELL, NODE_SHELL],
};

const HEAD = `
# It reads and changes nothing, and asks no network. Without root it sees less, and says so:
#   ssh NODE sudo sh -s <collect.sh >NODE.part
# PLIMSOLL_NODE is the name of the node in its cluster, where that is not its host name.
set -u
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin
unset IFS
umask 077
for tool in awk date find grep head od readlink sed sha256sum stat timeout uname wc; do
  if ! command -v "$tool" >/dev/null 2>&1; then
    echo "plimsoll: this node has no $tool, without which nothing can be told of it" >&2
    exit 1
  fi
done
if ! timeout 5 true; then
  echo 'plimsoll: the timeout of this node takes other arguments (busybox before 1.30)' >&2
  exit 1
fi
`;

const TAIL = String.raw`
header() {
  echo '${PART_MARK}'
  printf '{"kind":"node","node":'
  json "\${PLIMSOLL_NODE:-$(uname -n)}"
  if [ -s /etc/machine-id ]; then
    digest=$({ printf 'plimsoll-evidence '; cat /etc/machine-id; } | sha256sum)
    printf ',"machineId":"%s"' "\${digest%% *}"
  fi
  printf ',"collectedAt":"%s","collector":"%s","probes":%s}\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$collector" "$probes"
}

# Kept until the end, so that its digest can stand behind it.
part=$(part)
digest=$(printf '%s\n' "$part" | sha256sum)
records=$(($(printf '%s\n' "$part" | wc -l) - 1))
printf '%s\n' "$part"
printf '{"kind":"end","records":%s,"sha256":"%s"}\n' "$records" "\${digest%% *}"
`.replaceAll('\\$', '$');
