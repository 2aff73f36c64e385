// The least that a command may do in a cluster, as RBAC objects that --rbac prints. Kubernetes RBAC, rbac.authorization.k8s.io/v1.
import type { Verb } from './status-error.ts';

/** One right, and what it is needed for. */
export type RoleRule = ResourceRule | PathRule;

/** A right on objects. */
export interface ResourceRule {
  /** API group; '' is the core group. */
  readonly group: string;
  readonly resources: readonly string[];
  readonly verbs: readonly Verb[];
  /** Only objects of these names. Lists and creations cannot be bound to names. */
  readonly names?: readonly string[];
  /** Only in this namespace. */
  readonly namespace?: string;
  readonly why: string;
}

/** A right on paths that are no objects, such as `/metrics`. */
export interface PathRule {
  readonly paths: readonly string[];
  readonly why: string;
}

/** What one command needs. */
export interface MinimalRole {
  /** Name of the role: `plimsoll-encryption-status`. */
  readonly name: string;
  /** The command: `plimsoll encryption status`. */
  readonly command: string;
  readonly rules: readonly RoleRule[];
}

/** The role as YAML for `kubectl apply -f -`: a ClusterRole, and a Role for each namespace that rules name. Bind them to whoever runs the command. */
export function roleYaml({ name, command, rules }: MinimalRole): string {
  const namespaceOf = (rule: RoleRule): string => ('paths' in rule ? '' : (rule.namespace ?? ''));
  const namespaces = [...new Set(rules.map(namespaceOf))].sort();
  const documents = namespaces.map((namespace) => {
    const own = rules.filter((rule) => namespaceOf(rule) === namespace);
    const place = namespace === '' ? [] : [`  namespace: ${JSON.stringify(namespace)}`];
    return [
      'apiVersion: rbac.authorization.k8s.io/v1',
      `kind: ${namespace === '' ? 'ClusterRole' : 'Role'}`,
      'metadata:',
      `  name: ${JSON.stringify(name)}`,
      ...place,
      'rules:',
      ...own.flatMap(ruleLines),
    ].join('\n');
  });
  return `# The least that \`${command}\` needs.\n${documents.join('\n---\n')}\n`;
}

function ruleLines(rule: RoleRule): readonly string[] {
  const why = `  # ${rule.why}`;
  if ('paths' in rule) {
    return [why, `  - nonResourceURLs: ${JSON.stringify(rule.paths)}`, '    verbs: ["get"]'];
  }
  const { group, resources, verbs, names } = rule;
  return [
    why,
    `  - apiGroups: ${JSON.stringify([group])}`,
    `    resources: ${JSON.stringify(resources)}`,
    ...(names === undefined ? [] : [`    resourceNames: ${JSON.stringify(names)}`]),
    `    verbs: ${JSON.stringify(verbs)}`,
  ];
}
