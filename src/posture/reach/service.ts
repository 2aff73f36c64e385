// Services and what leads to them from outside: Ingress and Route objects. Kubernetes API: core/v1 ServiceSpec, networking/v1 IngressSpec (and
// v1beta1's backends); OpenShift API: route/v1 RouteSpec.
import type { ManifestObject } from '../../scan/release/manifests/objects.ts';
import { itemsAt, nodeAt, textAt, type YamlNode } from '../../scan/release/yaml.ts';
import { type Connections, connectionsOf, NO_CONNECTIONS, type Protocol, protocolOf, unite } from './connections.ts';
import { LAST_PORT } from './port-set.ts';
import { fits, labelsAt, type Selector } from './selector.ts';
import { isGroup, isSetAt, meaningAt, type Named, namesOf } from './source.ts';
import type { Workload } from './workload.ts';

/** A port of a service, and where on the pods it leads. */
export interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly protocol: Protocol;
  /** A number, or a name that each pod gives to one of its ports. */
  readonly target: number | string;
  readonly nodePort?: number;
}

/** A service. */
export interface Service extends Named {
  /** Absent: its ends are not chosen by labels. */
  readonly pods?: Selector;
  readonly type: string;
  readonly externalAddresses: readonly string[];
  readonly ports: readonly ServicePort[];
}

/** What a backend names: all ports of a service, or one by its name, its number, or the number that it has on the pods. */
export interface Backend {
  readonly service: string;
  readonly port?: { readonly name: string } | { readonly number: number } | { readonly target: number };
}

/** A door from outside. */
export interface Entry extends Named {
  readonly backends: readonly Backend[];
}

/** Reads a service; undefined without a valid name. */
export function readService(object: ManifestObject): Service | undefined {
  const names = namesOf(object);
  if (names === undefined) return undefined;
  const spec = nodeAt(object.node, 'spec');
  const selector = labelsAt(spec, 'selector');
  const type = textAt(spec, 'type') ?? 'ClusterIP';
  return {
    ...names,
    ...(selector.size === 0 || type === 'ExternalName' ? {} : { pods: requirementsOf(selector) }),
    type,
    externalAddresses: itemsAt(spec, 'externalIPs').flatMap((item) => (item.kind === 'scalar' ? item.text : [])),
    ports: itemsAt(spec, 'ports').flatMap(portOf),
  };
}

/** Reads an Ingress or a Route; undefined for another object or one without a valid name. */
export function readEntry(object: ManifestObject): Entry | undefined {
  const names = namesOf(object);
  if (names === undefined) return undefined;
  const spec = nodeAt(object.node, 'spec');
  if (object.kind === 'Route' && isGroup(object.apiVersion, 'route.openshift.io', '')) {
    return { ...names, backends: routeBackends(spec) };
  }
  if (object.kind !== 'Ingress' || !isGroup(object.apiVersion, 'networking.k8s.io', 'extensions')) return undefined;
  const paths = itemsAt(spec, 'rules').flatMap((rule) => itemsAt(rule, 'http', 'paths'));
  const nodes = [
    nodeAt(spec, 'defaultBackend'),
    nodeAt(spec, 'backend'),
    ...paths.map((path) => nodeAt(path, 'backend')),
  ];
  return { ...names, backends: nodes.flatMap(ingressBackend) };
}

/** The workloads that a service leads to; none where its ends are not chosen by labels. */
export function selectedBy({ pods, namespace }: Service, workloads: readonly Workload[]): readonly Workload[] {
  return pods === undefined ? [] : workloads.filter((one) => one.namespace === namespace && fits(pods, one.labels));
}

/** The connections to a workload that a backend's ports come to; none where its pods lack a port of that name. */
export function backendConnections(service: Service, backend: Backend, workload: Workload): Connections {
  const { port } = backend;
  if (port !== undefined && 'target' in port) return connectionsOf('TCP', port.target);
  return service.ports
    .filter(({ name, port: number }) => {
      if (port === undefined) return true;
      return 'name' in port ? name === port.name : number === port.number;
    })
    .reduce((sum, one) => unite(sum, targetConnections(one, workload)), NO_CONNECTIONS);
}

/** The ports of a workload that a port of a service leads to. */
export function targetConnections({ target, protocol }: ServicePort, workload: Workload): Connections {
  if (typeof target === 'number') return connectionsOf(protocol, target);
  return workload.ports
    .filter((port) => port.name === target && port.protocol === protocol)
    .reduce((sum, { port }) => unite(sum, connectionsOf(protocol, port)), NO_CONNECTIONS);
}

function requirementsOf(labels: ReadonlyMap<string, string>): Selector {
  return [...labels].map(([key, value]) => ({ key, operator: 'In', values: new Set([value]) }) as const);
}

function portOf(node: YamlNode): readonly ServicePort[] {
  const port = portNumber(meaningAt(node, 'port'));
  const protocol = protocolOf(textAt(node, 'protocol'));
  if (port === undefined || protocol === undefined) return [];
  const target = meaningAt(node, 'targetPort') ?? port;
  const name = textAt(node, 'name');
  const nodePort = portNumber(meaningAt(node, 'nodePort'));
  return [
    {
      ...(name === undefined ? {} : { name }),
      port,
      protocol,
      target: portNumber(target) ?? String(target),
      ...(nodePort === undefined ? {} : { nodePort }),
    },
  ];
}

function routeBackends(spec: YamlNode | undefined): readonly Backend[] {
  const target = meaningAt(spec, 'port', 'targetPort');
  const number = portNumber(target);
  const port =
    target === undefined ? {} : { port: number === undefined ? { name: String(target) } : { target: number } };
  return [nodeAt(spec, 'to'), ...itemsAt(spec, 'alternateBackends')].flatMap((node) => {
    const service = textAt(node, 'name');
    return service === undefined || (textAt(node, 'kind') ?? 'Service') !== 'Service' ? [] : [{ service, ...port }];
  });
}

/** `service.name` and `service.port.name|number` of v1, `serviceName` and `servicePort` of v1beta1. */
function ingressBackend(node: YamlNode | undefined): readonly Backend[] {
  if (!isSetAt(node)) return [];
  const service = textAt(node, 'service', 'name') ?? textAt(node, 'serviceName');
  const written =
    textAt(node, 'service', 'port', 'name') ??
    meaningAt(node, 'service', 'port', 'number') ??
    meaningAt(node, 'servicePort');
  if (service === undefined || written === undefined) return service === undefined ? [] : [{ service }];
  const number = portNumber(written);
  return [{ service, port: number === undefined ? { name: String(written) } : { number } }];
}

function portNumber(written: string | number | boolean | undefined): number | undefined {
  const number = /^\d{1,5}$/.test(String(written)) ? Number(written) : 0;
  return number >= 1 && number <= LAST_PORT ? number : undefined;
}
