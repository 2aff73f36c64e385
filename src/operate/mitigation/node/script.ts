// The script that changes nodes, for pdsh, Ansible's script module, or by hand as root: `sh script.sh`. The same script may run on all nodes and any number
// of times; what is for one node only stands in a branch of its name.
import { compareText } from '../../../platform/order.ts';
import type { NodeEdit } from './place.ts';
import { quoted } from './quote.ts';
import { ARM_SHELL, DISARM_SHELL, NODE_SHELL, PUT_BACK_SHELL } from './shell.ts';

/** A change of one place, with what must stand there for it: absent `expected` with `any` means that whatever is there is captured. */
export interface NodeChange extends NodeEdit {
  /** Id of the step, a file name. */
  readonly step: string;
  /** What the ledger says that stands there; `any` when it says nothing. */
  readonly expected: { readonly any: true } | { readonly value?: string };
}

/** A check on a node that changes nothing. */
export interface NodeProbe {
  readonly id: string;
  /** Program and arguments. */
  readonly command: readonly string[];
  /** The exit status that means that the control works. */
  readonly passes: 'zero' | 'nonzero';
}

/** What a script is to do. */
export interface NodeScript {
  readonly mitigation: string;
  readonly action: 'apply' | 'backout' | 'verify';
  /** Names this run on the nodes: where what stood there is kept meanwhile. */
  readonly run: string;
  /** By node name as `uname -n` says it; the same for all nodes under `*`. */
  readonly changes: ReadonlyMap<string, readonly NodeChange[]>;
  /** Services that read changed files. */
  readonly reloads: readonly { readonly step: string; readonly unit: string }[];
  readonly probes: readonly NodeProbe[];
  readonly confirm?: Confirmation;
}

/** What nobody confirms goes back: the nodes do it by themselves. */
export interface Confirmation {
  readonly withinSeconds: number;
  /** Tells this application of the mitigation from earlier and later ones: what was confirmed once is not confirmed for ever. */
  readonly application: number;
}

/** The text of the script. */
export function nodeScript(script: NodeScript): string {
  const { mitigation, action, changes, reloads, probes, confirm } = script;
  const nodes = [...changes.keys()].sort(compareText);
  const common = changes.get('*');
  const line = action === 'verify' ? lookLine : changeLine;
  const named = nodes.map((node) => `  ${quoted(node)}) ;;`);
  const body =
    common === undefined
      ? [
          'case $node in',
          ...nodes.flatMap((node) => [
            `  ${quoted(node)})`,
            ...(changes.get(node) ?? []).map(line).map(indented),
            '    ;;',
          ]),
          'esac',
        ]
      : common.map(line);
  return [
    '#!/bin/sh',
    `# ${action} of the mitigation ${mitigation}. Run as root; results are lines of JSON on stdout.`,
    'set -u',
    ...beginning(script),
    '',
    ...(common === undefined
      ? ['case $node in', ...named, `  *) say - node "$node" not-named - -; exit 1 ;;`, 'esac']
      : []),
    ...(confirm === undefined ? [] : armed(script, confirm)),
    ...body,
    ...reloads.map(({ step, unit }) => `reload ${quoted(step)} ${quoted(unit)}`),
    ...probes.map(probeLine),
    // What was kept for this run is of no use once all was given back.
    ...(action === 'backout'
      ? [DISARM_SHELL.trim(), 'if [ "$status" -eq 0 ]; then disarm; rm -rf -- "$state"; fi']
      : []),
    'exit "$status"',
    '',
  ].join('\n');
}

function beginning({ mitigation, action, run }: Pick<NodeScript, 'mitigation' | 'action' | 'run'>): readonly string[] {
  return [`mitigation=${quoted(mitigation)}`, `action=${quoted(action)}`, `run=${quoted(run)}`, NODE_SHELL.trim()];
}

/** The script by which an application is confirmed: what would put it back ends. Fails on nodes that went back already. */
export function confirmScript(mitigation: string, application: number): string {
  return [
    '#!/bin/sh',
    `# Confirms the mitigation ${mitigation}: it stays. Run as root; fails where it went back already.`,
    'set -eu',
    `mitigation=${quoted(mitigation)}`,
    'state=/var/lib/plimsoll/mitigations/$mitigation',
    DISARM_SHELL.trim(),
    `if [ -e "$state/went-back-${application}" ]; then`,
    '  echo "$(uname -n): nobody confirmed $mitigation in time: it went back" >&2',
    '  exit 1',
    'fi',
    `mkdir -p "$state" && : >"$state/confirmed-${application}"`,
    'disarm',
    '',
  ].join('\n');
}

function changeLine({ step, kind, key, value, expected }: NodeChange): string {
  const before = 'any' in expected ? '*' : `=${expected.value ?? '-'}`;
  return `change ${[step, kind, key, before, value ?? '-'].map(quoted).join(' ')}`;
}

function lookLine({ step, kind, key }: NodeChange): string {
  return `look ${[step, kind, key].map(quoted).join(' ')}`;
}

function probeLine({ id, passes, command }: NodeProbe): string {
  return `probe ${[id, passes, ...command].map(quoted).join(' ')}`;
}

function indented(line: string): string {
  return `    ${line}`;
}

/** Whoever locked himself out cannot undo it: the node does, unless somebody who still gets in says that all is well. All nodes get the same steps, and each knows what it kept. */
function armed(script: NodeScript, { withinSeconds, application }: Confirmation): readonly string[] {
  const changes = [...script.changes.values()][0] ?? [];
  return [
    `application=${application}`,
    ARM_SHELL.trim(),
    `arm ${withinSeconds} <<'PLIMSOLL-WAY-BACK' || { say - node "$node" failed - -; exit 1; }`,
    '#!/bin/sh',
    'set -u',
    ...beginning(script),
    DISARM_SHELL.trim(),
    PUT_BACK_SHELL.trim(),
    `if [ ! -e "$state/confirmed-${application}" ]; then`,
    `  : >"$state/went-back-${application}"`,
    ...changes
      .toReversed()
      .map(({ step, kind, key, value }) => `  put_back ${[step, kind, key, value ?? '-'].map(quoted).join(' ')}`),
    'fi',
    'disarm',
    'PLIMSOLL-WAY-BACK',
  ];
}
