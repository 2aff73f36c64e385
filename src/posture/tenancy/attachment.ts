// Networks beside the pod network that Pods of users get: reads NetworkAttachmentDefinitions (multi-network standard of the Network Plumbing Working
// Group; CNI specification 1.0, network configuration) and the annotation that asks for them.
import { type Json, listOf, textOf } from '../../platform/json.ts';
import type { KubernetesObject } from '../../scan/release/manifests/object.ts';
import type { Judgement } from './check.ts';
import { objectsOf, POD_KINDS, type TenancyView, unreadAmong } from './view.ts';

const KIND = 'NetworkAttachmentDefinition';

/** Judges every definition that Pods of users can name or do name, and every namespace without any. */
export function judgeAttachments(view: TenancyView): readonly Judgement[] {
  const definitions = objectsOf(view, 'k8s.cni.cncf.io', KIND);
  const asked = view.network.workloads
    .filter(({ namespace }) => view.userNamespaces.includes(namespace))
    .flatMap(({ id, namespace, attachments }) => attachments.map((name) => ({ id, name: wholeName(name, namespace) })));
  const own = definitions.filter(
    (one) => view.userNamespaces.includes(one.namespace ?? 'default') || asked.some(({ name }) => name === nameOf(one)),
  );
  const known = new Set(definitions.map(nameOf));
  const lost = asked.filter(({ name }) => !known.has(name));
  const told = new Set([
    ...own.map((one) => one.namespace ?? 'default'),
    ...lost.map(({ id }) => id.slice(0, id.indexOf('/'))),
  ]);
  const check = 'attachment' as const;
  return [
    ...own.map((one) => judgeDefinition(one, asked)),
    ...lost.map(({ id, name }): Judgement => {
      const reason = `its pods are attached to ${name}, whose definition is not in the input`;
      return { check, subject: id, verdict: 'fail', reason, evidence: [] };
    }),
    ...view.userNamespaces
      .filter((namespace) => !told.has(namespace))
      .map((namespace): Judgement => {
        const subject = `Namespace/${namespace}`;
        if (unreadAmong(view, [KIND, ...POD_KINDS]).length > 0) {
          return {
            check,
            subject,
            verdict: 'no-evidence',
            reason: 'definitions of networks, or pods, could not be read',
            evidence: [],
          };
        }
        return { check, subject, verdict: 'pass', reason: 'the input defines no further network there', evidence: [] };
      }),
  ];
}

function judgeDefinition(
  definition: KubernetesObject,
  asked: readonly { readonly id: string; readonly name: string }[],
): Judgement {
  const name = nameOf(definition);
  const users = asked.filter((one) => one.name === name).map(({ id }) => `asked for by ${id}`);
  const common = { check: 'attachment' as const, subject: `${KIND}/${name}` };
  const text = textOf(definition.value, 'spec', 'config');
  if (text === undefined || text.trim() === '') {
    const reason = 'what network it is stands in a file on the nodes, which is not in the input';
    return { ...common, verdict: 'no-evidence', reason, evidence: [definition.position, ...users] };
  }
  const config = jsonOf(text);
  if (config === undefined) {
    const reason = 'its configuration is no JSON: whatever it was meant to be, no pod gets it';
    return { ...common, verdict: 'no-evidence', reason, evidence: [definition.position, ...users] };
  }
  const plugins = [config, ...listOf(config, 'plugins')].filter((one) => textOf(one, 'type') !== undefined);
  const words = plugins.map(pluginText);
  const routes = plugins.flatMap((one) => listOf(one, 'ipam', 'routes').flatMap((route) => textOf(route, 'dst') ?? []));
  const to = routes.length === 0 ? '' : `, with routes to ${routes.join(', ')}`;
  const reason = `pods get an address on ${words.join(' and ') || 'a further network'}${to}; NetworkPolicies do not govern it`;
  return { ...common, verdict: 'fail', reason, evidence: [definition.position, ...users] };
}

/** `macvlan on bond0.nmn0 (10.252.0.0/17)` */
function pluginText(plugin: Json): string {
  const device = ['master', 'device', 'bridge', 'link'].flatMap((field) => textOf(plugin, field) ?? [])[0];
  const subnet = textOf(plugin, 'ipam', 'subnet') ?? textOf(plugin, 'ipam', 'range');
  return `${textOf(plugin, 'type')}${device === undefined ? '' : ` on ${device}`}${subnet === undefined ? '' : ` (${subnet})`}`;
}

function jsonOf(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function nameOf({ namespace = 'default', name }: KubernetesObject): string {
  return `${namespace}/${name}`;
}

/** `name`, `namespace/name` and `namespace/name@interface`, as the annotation writes them. */
function wholeName(written: string, namespace: string): string {
  const plain = written.replace(/@.*$/s, '');
  return plain.includes('/') ? plain : `${namespace}/${plain}`;
}
