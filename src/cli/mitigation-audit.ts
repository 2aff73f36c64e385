// `plimsoll mitigation audit`: whom the policies of a mitigation would have blocked while they report.
import type { Command } from 'commander';
import { type RoleRule, roleYaml } from '../kubernetes/api/role.ts';
import {
  type AuditResult,
  auditBundle,
  auditedPolicies,
  type BlockedObject,
  mayEnforce,
} from '../operate/mitigation/audit/audit.ts';
import type { Bundle } from '../operate/mitigation/bundle/bundle.ts';
import { PlimsollError } from '../platform/errors.ts';
import { jsonText } from '../platform/json-text.ts';
import { printable } from '../platform/printable.ts';
import { plural } from '../publish/words.ts';
import { type ClusterOptions, onCluster } from './cluster-access.ts';
import { type CommandContext, type CommonOptions, newCommand, writeResult } from './command.ts';
import { bundleAt, openCluster } from './mitigation-input.ts';

type AuditOptions = CommonOptions & ClusterOptions;

const EXAMPLE = 'plimsoll mitigation audit site/no-subpath --kubeconfig admin.conf';

/** Rights to read what policies report, and of whom. */
export const AUDIT_RULES: readonly RoleRule[] = [
  {
    group: 'wgpolicyk8s.io',
    resources: ['policyreports', 'clusterpolicyreports'],
    verbs: ['list'],
    why: 'what policies report',
  },
  { group: 'openreports.io', resources: ['reports', 'clusterreports'], verbs: ['list'], why: 'what policies report' },
  {
    group: 'rbac.authorization.k8s.io',
    resources: ['clusterroles', 'clusterrolebindings'],
    verbs: ['list'],
    why: 'to tell administrators apart',
  },
  { group: '', resources: ['pods'], verbs: ['get'], why: 'as whom pods run' },
  {
    group: 'apps',
    resources: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'],
    verbs: ['get'],
    why: 'as whom pods run',
  },
  { group: 'batch', resources: ['cronjobs', 'jobs'], verbs: ['get'], why: 'as whom pods run' },
];

/** `mitigation audit`. */
export function auditMitigationCommand(context: CommandContext): Command {
  const summary = 'whom the policies of a mitigation would have blocked while they report; 1 unless it is nobody';
  return onCluster(newCommand('audit', summary, ['text', 'json'], EXAMPLE))
    .argument('<bundle>', 'a bundle: its folder or file, or the id of one that comes with the program')
    .action((name: string, options: AuditOptions) => audit(name, options, context));
}

async function audit(name: string, options: AuditOptions, context: CommandContext): Promise<void> {
  const { bundle } = bundleAt(name, context);
  if (options.rbac === true) {
    const role = { name: 'plimsoll-mitigation-audit', command: 'plimsoll mitigation audit', rules: AUDIT_RULES };
    return writeResult(context, options, roleYaml(role));
  }
  if (auditedPolicies(bundle).length === 0) {
    throw new PlimsollError('usage', `${bundle.mitigation} has no policy that rejects: there is nothing to audit`);
  }
  const { api } = await openCluster(options, context);
  try {
    const result = await auditBundle(bundle, api);
    writeResult(context, options, options.format === 'json' ? auditJson(bundle, result) : auditText(bundle, result));
    if (!mayEnforce(result)) context.setExitCode(1);
  } finally {
    api.close();
  }
}

function auditJson({ mitigation, version }: Bundle, result: AuditResult): string {
  return jsonText({ schemaVersion: 1, mitigation, version, ...result });
}

function auditText({ mitigation }: Bundle, { results, blocked, administrators, gaps }: AuditResult): string {
  return [
    ...results.map(({ subject, verdict, reason }) => `${mitigation}: ${subject}: ${verdict}: ${reason}`),
    ...blocked.map((one) => `  ${blockedText(one)}`),
    ...(administrators.length === 0 ? [] : [`of administrators, ${plural(administrators.length, 'object')}`]),
    ...administrators.map((one) => `  ${blockedText(one)}`),
    ...gaps.map((gap) => `not known: ${gap}`),
  ]
    .map(printable)
    .join('\n');
}

function blockedText({ kind, namespace, name, policy, rule, message, identity }: BlockedObject): string {
  const object = `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
  return `${object}${identity === undefined ? '' : ` (${identity})`}: ${policy}/${rule}: ${message}`;
}
