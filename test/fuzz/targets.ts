// Every parser that takes bytes or text from outside. A new cataloguer, feed, importer, adapter or scheme has a line in one of these lists.
import type { FuzzTarget } from './target.ts';
import { ADVISORY_TARGETS } from './targets/advisory.ts';
import { BENCHMARK_TARGETS } from './targets/benchmark.ts';
import { BESIDE_TARGETS } from './targets/beside.ts';
import { BUNDLE_TARGETS } from './targets/bundle.ts';
import { ENCRYPTION_APPLY_TARGETS } from './targets/encryption-apply.ts';
import { ENCRYPTION_KEY_TARGETS } from './targets/encryption-keys.ts';
import { ENCRYPTION_STATUS_TARGETS } from './targets/encryption-status.ts';
import { ETCD_TARGETS } from './targets/etcd.ts';
import { EVIDENCE_TARGETS } from './targets/evidence.ts';
import { IMAGE_TARGETS } from './targets/image.ts';
import { IMPORT_TARGETS } from './targets/import.ts';
import { INVENTORY_TARGETS } from './targets/inventory.ts';
import { KUBERNETES_TARGETS } from './targets/kubernetes.ts';
import { MITIGATION_TARGETS } from './targets/mitigation.ts';
import { NODE_TARGETS } from './targets/node.ts';
import { NONROOT_TARGETS } from './targets/nonroot.ts';
import { POLICY_TARGETS } from './targets/policy.ts';
import { RELEASE_TARGETS } from './targets/release.ts';
import { STATEMENT_TARGETS } from './targets/statements.ts';
import { TENANCY_TARGETS } from './targets/tenancy.ts';
import { TICKET_TARGETS } from './targets/tickets.ts';
import { VERSION_TARGETS } from './targets/versions.ts';

/** The list. */
export const TARGETS: readonly FuzzTarget[] = [
  ...IMAGE_TARGETS,
  ...BESIDE_TARGETS,
  ...INVENTORY_TARGETS,
  ...RELEASE_TARGETS,
  ...IMPORT_TARGETS,
  ...ADVISORY_TARGETS,
  ...VERSION_TARGETS,
  ...STATEMENT_TARGETS,
  ...TICKET_TARGETS,
  ...BUNDLE_TARGETS,
  ...MITIGATION_TARGETS,
  ...ETCD_TARGETS,
  ...KUBERNETES_TARGETS,
  ...EVIDENCE_TARGETS,
  ...BENCHMARK_TARGETS,
  ...NODE_TARGETS,
  ...NONROOT_TARGETS,
  ...ENCRYPTION_KEY_TARGETS,
  ...ENCRYPTION_STATUS_TARGETS,
  ...POLICY_TARGETS,
  ...TENANCY_TARGETS,
  ...ENCRYPTION_APPLY_TARGETS,
];

/** @throws RangeError when there is none of that id. */
export function findTarget(id: string): FuzzTarget {
  const target = TARGETS.find((candidate) => candidate.id === id);
  if (target === undefined)
    throw new RangeError(`no fuzz target "${id}"; there are ${TARGETS.map((one) => one.id).join(', ')}`);
  return target;
}
