// The script that changes nodes, for pdsh, Ansible's script module, or by hand as root: `sh script.sh`. The same script may run on all nodes and any number
// of times; what is for one node only stands in a branch of its name.
import { compareText } from '../../../platform/order.ts';
import type { NodeEdit } from './place.ts';
import { quoted } from './quote.ts';
import { NODE_SHELL, PUT_BACK_SHELL } from './shell.ts';

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
  /** Seconds after which the nodes put back by themselves what nobody confirmed. */
  readonly confirmWithin?: number;
}

/** The text of the script. */
export function nodeScript(script: NodeScript): string {
  const { mitigation, action, run, changes, reloads, probes, confirmWithin } = script;
  const nodes = [...changes.keys()].sort(compareText);
  const common = changes.get('*');
  const line = action === 'verify' ? lookLine : changeLine;
  const body =
    common === undefined
      ? [
          'case $node in',
          ...nodes.flatMap((node) => [
            `  ${quoted(node)})`,
            ...(changes.get(node) ?? []).map(line).map(indented),
            '    ;;',
          ]),
          `  *) say - node "$node" not-named - -; exit 1 ;;`,
          'esac',
        ]
      : common.map(line);
  return [
    '#!/bin/sh',
    `# ${action} of the mitigation ${mitigation}. Run as root; results are lines of JSON on stdout.`,
    'set -u',
    `mitigation=${quoted(mitigation)}`,
    `action=${quoted(action)}`,
    `run=${quoted(run)}`,
    NODE_SHELL.trim(),
    '',
    ...body,
    ...reloads.map(({ step, unit }) => `reload ${quoted(step)} ${quoted(unit)}`),
    ...(confirmWithin === undefined ? [] : deadline([...changes.values()][0] ?? [], confirmWithin)),
    ...probes.map(probeLine),
    // What was kept for this run is of no use once all was given back.
    ...(action === 'backout' ? ['if [ "$status" -eq 0 ]; then rm -rf -- "$state"; fi'] : []),
    'exit "$status"',
    '',
  ].join('\n');
}

/** The script by which a run is confirmed: what would put it back finds the mark and ends. */
export function confirmScript(mitigation: string, run: string): string {
  return [
    '#!/bin/sh',
    `# Confirms the mitigation ${mitigation}: it stays. Run as root.`,
    'set -eu',
    `mkdir -p ${quoted(`/var/lib/plimsoll/mitigations/${mitigation}/${run}`)}`,
    `: >${quoted(`/var/lib/plimsoll/mitigations/${mitigation}/${run}/confirmed`)}`,
    '',
  ].join('\n');
}

function changeLine({ step, kind, key, value, expected }: NodeChange): string {
  const before = 'any' in expected ? '*' : (expected.value ?? '-');
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

/** All nodes get the same steps, and each knows what it kept. Whoever locked himself out cannot undo it: the node does, unless somebody who still gets in says that all is well. */
function deadline(changes: readonly NodeChange[], seconds: number): readonly string[] {
  return [
    PUT_BACK_SHELL.trim(),
    '(',
    "  trap '' HUP",
    `  sleep ${seconds}`,
    '  [ -e "$kept/confirmed" ] && exit 0',
    ...changes
      .toReversed()
      .map(({ step, kind, key, value }) => `  put_back ${[step, kind, key, value ?? '-'].map(quoted).join(' ')}`),
    ') </dev/null >/dev/null 2>&1 &',
  ];
}
