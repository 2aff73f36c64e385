// NetworkPolicies: reads networking.k8s.io NetworkPolicy objects into rules with their places (Kubernetes API, networking/v1 NetworkPolicySpec). What
// an API server would refuse is refused here too, with its reason: such a policy is in force nowhere.
import type { ManifestObject } from '../../scan/release/manifests/objects.ts';
import { itemsAt, nodeAt, textAt, type YamlNode } from '../../scan/release/yaml.ts';
import { type AddressRange, isWithin, parseRange } from './address.ts';
import { type Protocol, protocolOf } from './connections.ts';
import { LAST_PORT } from './port-set.ts';
import { parseSelector, type Selector } from './selector.ts';
import { isSetAt, meaningAt, type Named, namesOf } from './source.ts';

/** Whose connections a rule judges: those to the selected pods, or those from them. */
export type Direction = 'ingress' | 'egress';

/** Both directions. */
export const DIRECTIONS: readonly Direction[] = ['egress', 'ingress'];

/** The other end that a rule allows. */
export type Peer =
  | {
      readonly kind: 'pods';
      /** Absent: the policy's own namespace. */
      readonly namespaces?: Selector;
      /** Absent: all pods of those namespaces. */
      readonly pods?: Selector;
    }
  | { readonly kind: 'block'; readonly range: AddressRange; readonly except: readonly AddressRange[] };

/** Ports that a rule allows: from a number to a number, or under the name that the destination gives to one. */
export type RulePort =
  | { readonly protocol: Protocol; readonly from: number; readonly to: number }
  | { readonly protocol: Protocol; readonly name: string };

/** One rule. Absent peers mean every address, absent ports every port of every protocol. */
export interface PolicyRule {
  /** From 1, within its policy and direction. */
  readonly number: number;
  /** `FILE:LINE` */
  readonly position: string;
  readonly peers?: readonly Peer[];
  readonly ports?: readonly RulePort[];
}

/** A policy. A direction that is absent is not judged by it. */
export interface NetworkPolicy extends Named {
  readonly pods: Selector;
  readonly ingress?: readonly PolicyRule[];
  readonly egress?: readonly PolicyRule[];
}

/** A policy that an API server would refuse. */
export interface RefusedPolicy {
  readonly position: string;
  readonly reason: string;
}

/** Reads one object. */
export function readPolicy(object: ManifestObject): NetworkPolicy | RefusedPolicy {
  const position = `${object.file}:${object.node.line}`;
  const names = namesOf(object);
  if (names === undefined) return { position, reason: 'it has no valid name' };
  const spec = nodeAt(object.node, 'spec');
  try {
    knownFields(spec, 'spec', ['podSelector', 'policyTypes', 'ingress', 'egress']);
    const types = itemsAt(spec, 'policyTypes').map((item) => (item.kind === 'scalar' ? item.text : ''));
    const strange = types.find((type) => type !== 'Ingress' && type !== 'Egress');
    if (strange !== undefined) refuse(`it has the policy type ${strange}`);
    // Without policyTypes a policy judges what comes in, and what goes out where it has a rule for that.
    const judgesIngress = types.length === 0 || types.includes('Ingress');
    const judgesEgress = types.length === 0 ? itemsAt(spec, 'egress').length > 0 : types.includes('Egress');
    const selector = nodeAt(spec, 'podSelector');
    return {
      ...names,
      pods: selector === undefined ? [] : selectorOf(selector),
      ...(judgesIngress ? { ingress: rulesOf(spec, 'ingress', 'from', object.file) } : {}),
      ...(judgesEgress ? { egress: rulesOf(spec, 'egress', 'to', object.file) } : {}),
    };
  } catch (error) {
    if (error instanceof Refusal) return { position, reason: error.message };
    throw error;
  }
}

/** Ends the reading of one policy; never leaves this file. */
class Refusal extends Error {}

function refuse(reason: string): never {
  throw new Refusal(reason);
}

function rulesOf(
  spec: YamlNode | undefined,
  direction: Direction,
  side: 'from' | 'to',
  file: string,
): readonly PolicyRule[] {
  listOrNothing(spec, direction);
  return itemsAt(spec, direction).map((rule, index) => {
    knownFields(rule, `a rule of ${direction}`, [side, 'ports']);
    listOrNothing(rule, side);
    listOrNothing(rule, 'ports');
    const peers = itemsAt(rule, side).map(peerOf);
    const ports = itemsAt(rule, 'ports').map(portOf);
    return {
      number: index + 1,
      position: `${file}:${rule.line}`,
      ...(peers.length === 0 ? {} : { peers }),
      ...(ports.length === 0 ? {} : { ports }),
    };
  });
}

/** A selector that is null counts as absent: the API's fields are pointers. */
function peerOf(node: YamlNode): Peer {
  knownFields(node, 'a peer', ['podSelector', 'namespaceSelector', 'ipBlock']);
  const selects = isSetAt(node, 'podSelector') || isSetAt(node, 'namespaceSelector');
  if (isSetAt(node, 'ipBlock')) {
    return selects ? refuse('a peer has a block of addresses and a selector') : blockOf(nodeAt(node, 'ipBlock'));
  }
  if (!selects) return refuse('a peer names nothing');
  const [namespaces, pods] = [nodeAt(node, 'namespaceSelector'), nodeAt(node, 'podSelector')];
  return {
    kind: 'pods',
    ...(isSetAt(node, 'namespaceSelector') && namespaces !== undefined ? { namespaces: selectorOf(namespaces) } : {}),
    ...(isSetAt(node, 'podSelector') && pods !== undefined ? { pods: selectorOf(pods) } : {}),
  };
}

function blockOf(node: YamlNode | undefined): Peer {
  knownFields(node, 'a block of addresses', ['cidr', 'except']);
  const range = cidrOf(textAt(node, 'cidr'));
  const except = itemsAt(node, 'except').map((item) => cidrOf(item.kind === 'scalar' ? item.text : undefined));
  if (except.some((one) => !isWithin(one, range))) refuse('an exception lies outside its block of addresses');
  return { kind: 'block', range, except };
}

function cidrOf(text: string | undefined): AddressRange {
  const range = text?.includes('/') === true ? parseRange(text) : undefined;
  return range ?? refuse(`${text ?? '(none)'} is no block of addresses`);
}

function portOf(node: YamlNode): RulePort {
  knownFields(node, 'a port', ['port', 'protocol', 'endPort']);
  const protocol = protocolOf(textAt(node, 'protocol'));
  const port = meaningAt(node, 'port');
  const end = meaningAt(node, 'endPort');
  if (protocol === undefined) return refuse(`it names the protocol ${textAt(node, 'protocol') ?? ''}`);
  if (port === undefined) {
    return end === undefined ? { protocol, from: 1, to: LAST_PORT } : refuse('a port range has no beginning');
  }
  if (typeof port === 'string') {
    if (end !== undefined) refuse('a named port begins a range');
    // A number in quotes is a name without a letter, which is none (IANA service names, RFC 6335 section 5.1).
    return /^(?=.*[a-z])[a-z0-9-]{1,15}$/.test(port) ? { protocol, name: port } : refuse(`"${port}" is no port`);
  }
  const last = end ?? port;
  if (!isPort(port) || !isPort(last) || last < port) {
    return refuse(`${port}${end === undefined ? '' : `-${end}`} are no ports`);
  }
  return { protocol, from: port, to: last };
}

function isPort(value: string | number | boolean): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= LAST_PORT;
}

function selectorOf(node: YamlNode): Selector {
  const selector = parseSelector(node);
  return typeof selector === 'string' ? refuse(selector) : selector;
}

function knownFields(node: YamlNode | undefined, what: string, fields: readonly string[]): void {
  if (node === undefined || (node.kind === 'scalar' && node.isNull)) return;
  if (node.kind !== 'map') refuse(`${what} is no mapping`);
  const unknown = node.kind === 'map' ? node.entries.find(({ key }) => !fields.includes(key)) : undefined;
  if (unknown !== undefined) refuse(`${what} has the unknown field ${unknown.key}`);
}

function listOrNothing(node: YamlNode | undefined, field: string): void {
  if (isSetAt(node, field) && nodeAt(node, field)?.kind !== 'list') refuse(`${field} is no list`);
}
