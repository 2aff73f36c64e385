// Controls that other objects of a release set for a Pod: NetworkPolicies, and rules of what watches or confines programs at run time (KubeArmor, Tetragon,
// Falco). Formats: networking.k8s.io/v1; security.kubearmor.com/v1; cilium.io/v1alpha1 TracingPolicy.
import { isMap, type Json, listOf, membersOf, textOf, valueAt } from '../../../platform/json.ts';
import type { KubernetesObject } from '../../../scan/release/manifests/object.ts';
import type { ManifestObject } from '../../../scan/release/manifests/objects.ts';
import { type Direction, type NetworkPolicy, readPolicy } from '../../reach/network-policy.ts';
import { fits } from '../../reach/selector.ts';
import { isGroup } from '../../reach/source.ts';
import { subjectName } from '../check/pss-check.ts';
import { podsOf } from '../objects/pods-of.ts';
import type { ObjectControl } from './control.ts';

const FALCO = /(?:^|\/)falco(?:-no-driver|-distroless)?(?::|@|$)/;

/** The controls, as the objects of this release set them. */
export function objectControls(objects: readonly ManifestObject[]): readonly ObjectControl[] {
  const policies = objects
    .filter(
      ({ kind, apiVersion }) => kind === 'NetworkPolicy' && isGroup(apiVersion, 'networking.k8s.io', 'extensions'),
    )
    .map(readPolicy)
    .filter((policy): policy is NetworkPolicy => !('reason' in policy));
  const callers = callersOf(objects);
  const watchers = watchersOf(objects);
  return [
    {
      id: 'network-ingress',
      title: 'NetworkPolicy for what comes in',
      stops: 'connections to it from every other Pod that was taken over',
      costs: 'rules for each caller; no new Pods',
      setBy: (pod) => selecting(policies, pod, 'ingress'),
      undone: onHostNetwork,
      breaks: (pod) => callers(pod),
    },
    {
      id: 'network-egress',
      title: 'NetworkPolicy for what goes out',
      stops: 'an intruder in it from reaching other services, the API server and the metadata service of a cloud',
      costs: 'rules for each service that it calls, and for DNS; no new Pods',
      setBy: (pod) => selecting(policies, pod, 'egress'),
      undone: onHostNetwork,
      breaks: () => ['name resolution, until a rule allows DNS'],
    },
    {
      id: 'runtime-rules',
      title: 'Rules on what runs',
      stops:
        'programs that the service never starts: told by Falco, and ended by KubeArmor and Tetragon where they are told to',
      costs: 'an agent on each node, and people who read its alerts',
      setBy: (pod) => watchers.filter(({ isFor }) => isFor(pod)).map(({ name }) => name),
      undone: () => undefined,
      breaks: () => [],
    },
  ];
}

function labelsOf(pod: KubernetesObject): ReadonlyMap<string, string> {
  return new Map(membersOf(pod.value, 'metadata', 'labels').map(([key, value]) => [key, String(value ?? '')]));
}

function namespaceOf({ namespace = 'default' }: KubernetesObject): string {
  return namespace;
}

function selecting(policies: readonly NetworkPolicy[], pod: KubernetesObject, direction: Direction): readonly string[] {
  const labels = labelsOf(pod);
  return policies
    .filter(
      (policy) => policy[direction] !== undefined && policy.namespace === namespaceOf(pod) && fits(policy.pods, labels),
    )
    .map(({ namespace, name }) => `NetworkPolicy/${namespace}/${name}`);
}

function onHostNetwork(pod: KubernetesObject): string | undefined {
  return valueAt(pod.value, 'spec', 'hostNetwork') === true
    ? 'it is on the network of its node, which NetworkPolicies do not govern'
    : undefined;
}

/** Services of the release that lead to a Pod. */
function callersOf(objects: readonly ManifestObject[]): (pod: KubernetesObject) => readonly string[] {
  const services = objects.filter(({ kind, apiVersion }) => kind === 'Service' && apiVersion === 'v1');
  return (pod) => {
    const labels = labelsOf(pod);
    return services.flatMap((service) => {
      const selector = membersOf(service.value, 'spec', 'selector');
      const leadsHere =
        selector.length > 0 &&
        namespaceOf(service) === namespaceOf(pod) &&
        selector.every(([key, value]) => labels.get(key) === String(value));
      return leadsHere ? [`what calls the ${subjectName(service)}, until a rule allows it`] : [];
    });
  };
}

interface Watcher {
  readonly name: string;
  readonly isFor: (pod: KubernetesObject) => boolean;
}

function watchersOf(objects: readonly ManifestObject[]): readonly Watcher[] {
  return objects.flatMap((object): readonly Watcher[] => {
    const { kind, apiVersion, value } = object;
    const name = subjectName(object);
    const ofNamespace = (pod: KubernetesObject): boolean => namespaceOf(pod) === namespaceOf(object);
    if (kind === 'KubeArmorPolicy' && isGroup(apiVersion, 'security.kubearmor.com')) {
      const selector = valueAt(value, 'spec', 'selector');
      return [{ name, isFor: (pod) => ofNamespace(pod) && selects(selector, pod) }];
    }
    if (isGroup(apiVersion, 'cilium.io') && (kind === 'TracingPolicy' || kind === 'TracingPolicyNamespaced')) {
      const selector = valueAt(value, 'spec', 'podSelector');
      return [{ name, isFor: (pod) => (kind === 'TracingPolicy' || ofNamespace(pod)) && selects(selector, pod) }];
    }
    const isFalco = podsOf(object).some((pod) =>
      listOf(pod.value, 'spec', 'containers').some((one) => FALCO.test(textOf(one, 'image') ?? '')),
    );
    // An agent on every node sees all containers.
    return isFalco && kind === 'DaemonSet' ? [{ name: `${name} (Falco)`, isFor: () => true }] : [];
  });
}

/** By matchLabels alone; a selector that asks for more counts as not for the Pod. */
function selects(selector: Json | undefined, pod: KubernetesObject): boolean {
  if (selector === undefined || selector === null) return true;
  if (!isMap(selector) || Object.keys(selector).some((key) => key !== 'matchLabels')) return false;
  const labels = labelsOf(pod);
  return membersOf(selector, 'matchLabels').every(([key, value]) => labels.get(key) === String(value));
}
