// The words of --from and --to, and which ends they mean. A pod that no manifest has can be asked for: user-access pods and those of tenants are
// made while the platform runs.
import { PlimsollError } from '../../platform/errors.ts';
import { type AddressRange, overlaps, parseRange } from './address.ts';
import type { Endpoint } from './endpoint.ts';
import type { Network } from './network.ts';
import type { Labels } from './selector.ts';
import { DEFAULT_NAMESPACE } from './source.ts';
import type { Workload } from './workload.ts';

/** One word of a question. */
export type Term =
  | { readonly kind: 'name'; readonly text: string; readonly pattern: RegExp }
  | { readonly kind: 'labels' | 'namespace-labels'; readonly text: string; readonly labels: readonly LabelPattern[] }
  | { readonly kind: 'pod'; readonly text: string; readonly workload: Workload }
  | { readonly kind: 'range'; readonly text: string; readonly range: AddressRange }
  | { readonly kind: 'external' | 'ingress'; readonly text: string };

interface LabelPattern {
  readonly key: string;
  readonly pattern: RegExp;
}

/** What the words are, for help and messages. */
export const TERM_WORDS =
  'NAMESPACE/NAME (with *), KEY=VALUE,… labels of pods, namespace:KEY=VALUE, pod:NAMESPACE/KEY=VALUE,… a pod that need not be there, ADDRESS, CIDR, external, ingress';

const KEY = /^[A-Za-z0-9][-A-Za-z0-9_./]{0,316}$/;
const NAME = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

/** Reads one word. @throws PlimsollError `usage` */
export function parseTerm(text: string): Term {
  if (text === 'external' || text === 'ingress') return { kind: text, text };
  if (text.startsWith('pod:')) return podTerm(text);
  const range = parseRange(text);
  if (range !== undefined) return { kind: 'range', text, range };
  if (text.startsWith('namespace:')) {
    return { kind: 'namespace-labels', text, labels: labelPatterns(text.slice('namespace:'.length), text) };
  }
  if (text.includes('=')) return { kind: 'labels', text, labels: labelPatterns(text, text) };
  if (/^[^/\s]+\/[^/\s]+$/.test(text)) return { kind: 'name', text, pattern: wildcard(text) };
  throw new PlimsollError('usage', `"${text}" names no end of a connection; it is one of ${TERM_WORDS}`);
}

/** Whether an end is meant by any of the words. No words mean every end. */
export function isMeant(terms: readonly Term[], end: Endpoint, network: Pick<Network, 'namespaces'>): boolean {
  return terms.length === 0 || terms.some((term) => fitsTerm(term, end, network));
}

function fitsTerm(term: Term, end: Endpoint, { namespaces }: Pick<Network, 'namespaces'>): boolean {
  switch (term.kind) {
    case 'external':
      return end.kind === 'external';
    case 'ingress':
      return end.kind === 'ingress-controller';
    case 'range':
      return end.kind === 'external' && overlaps(end.range, term.range);
    case 'pod':
      return end.id === term.workload.id;
    default:
      break;
  }
  if (end.kind !== 'workload') return false;
  const { namespace, name, kind, labels } = end.workload;
  if (term.kind === 'name') {
    return [`${namespace}/${name}`, `${namespace}/${name}[${kind}]`, end.id].some((one) => term.pattern.test(one));
  }
  const own: Labels = term.kind === 'labels' ? labels : (namespaces.get(namespace)?.labels ?? new Map());
  return term.labels.every(({ key, pattern }) => pattern.test(own.get(key) ?? '\0'));
}

/** Keys of labels that the words ask of pods. */
export function keysOf(terms: readonly Term[]): readonly string[] {
  return terms.flatMap((term) => (term.kind === 'labels' ? term.labels.map(({ key }) => key) : []));
}

function podTerm(text: string): Term {
  const [namespace = DEFAULT_NAMESPACE, given] = splitOnce(text.slice('pod:'.length), '/');
  const labels = new Map<string, string>();
  for (const pair of given === undefined ? [] : given.split(',')) {
    const [key = '', value] = splitOnce(pair, '=');
    if (!KEY.test(key) || value === undefined || !/^[-A-Za-z0-9_.]{0,63}$/.test(value)) {
      throw new PlimsollError('usage', `"${text}": "${pair}" is no label KEY=VALUE`);
    }
    labels.set(key, value);
  }
  if (!NAME.test(namespace)) throw new PlimsollError('usage', `"${text}": "${namespace}" is no namespace`);
  const sign = [...labels]
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',');
  const workload: Workload = {
    id: `${namespace}/{${sign}}[Pod]`,
    namespace,
    name: `{${sign}}`,
    kind: 'Pod',
    position: 'asked for',
    labels,
    ports: [],
    hostNetwork: false,
    attachments: [],
  };
  return { kind: 'pod', text, workload };
}

function labelPatterns(text: string, whole: string): readonly LabelPattern[] {
  return text.split(',').map((pair) => {
    const [key = '', value] = splitOnce(pair, '=');
    if (!KEY.test(key) || value === undefined) {
      throw new PlimsollError('usage', `"${whole}": "${pair}" is no label KEY=VALUE`);
    }
    return { key, pattern: wildcard(value) };
  });
}

function splitOnce(text: string, sign: string): readonly string[] {
  const at = text.indexOf(sign);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + sign.length)];
}

/** The whole text, `*` for any characters; runs of it are one. The pattern is the user's own. */
function wildcard(text: string): RegExp {
  const parts = text.split(/\*+/);
  return new RegExp(`^${parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[^\\0]*')}$`, 'u');
}
