// What comes in through Ingress and Route objects: the ports of each workload that a door leads to, before any policy is asked.
import { type Connections, isNone, NO_CONNECTIONS, unite } from './connections.ts';
import { backendConnections, type Entry, type Service, selectedBy } from './service.ts';
import type { Workload } from './workload.ts';

/** A door and a workload behind it. */
export interface Door {
  readonly entry: Entry;
  /** `NAMESPACE/NAME` of the service between them. */
  readonly service: string;
  /** Id of the workload. */
  readonly workload: string;
  readonly connections: Connections;
}

/** Every door of a network, and the backends behind which no pod of the input is. */
export interface Doors {
  readonly doors: readonly Door[];
  readonly lost: readonly { readonly entry: Entry; readonly service: string }[];
}

/** What leads into a network: the parts of it that doors are made of. */
export interface DoorInput {
  readonly entries: readonly Entry[];
  readonly services: readonly Service[];
  readonly workloads: readonly Workload[];
}

/** Follows each backend of each entry through its service to the pods. */
export function doorsOf({ entries, services, workloads }: DoorInput): Doors {
  const byName = new Map(services.map((service) => [`${service.namespace}/${service.name}`, service]));
  const known = new Map<Service, readonly Workload[]>();
  const podsBehind = (service: Service): readonly Workload[] => {
    const found = known.get(service) ?? selectedBy(service, workloads);
    known.set(service, found);
    return found;
  };
  const doors: Door[] = [];
  const lost: { readonly entry: Entry; readonly service: string }[] = [];
  for (const entry of entries) {
    for (const backend of entry.backends) {
      const name = `${entry.namespace}/${backend.service}`;
      const service = byName.get(name);
      const behind = (service === undefined ? [] : podsBehind(service))
        .map((one) => ({
          workload: one.id,
          connections: service === undefined ? NO_CONNECTIONS : backendConnections(service, backend, one),
        }))
        .filter(({ connections }) => !isNone(connections));
      if (behind.length === 0) lost.push({ entry, service: name });
      for (const one of behind) doors.push({ entry, service: name, ...one });
    }
  }
  return { doors, lost };
}

/** The ports of each workload that doors lead to, by its id. */
export function doorPorts(doors: readonly Door[]): ReadonlyMap<string, Connections> {
  const ports = new Map<string, Connections>();
  for (const { workload, connections } of doors) {
    ports.set(workload, unite(ports.get(workload) ?? NO_CONNECTIONS, connections));
  }
  return ports;
}

/** `Ingress NAMESPACE/NAME FILE:LINE` */
export function doorText({ entry }: Door): string {
  return `${entry.kind} ${entry.namespace}/${entry.name} ${entry.position}`;
}
