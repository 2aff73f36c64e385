// All checks of nodes, in the order of the reference page. Listed by hand.
import type { NodeCheck } from './check.ts';
import { CONFINEMENT_CHECKS } from './checks/confinement.ts';
import { KERNEL_AGE_CHECKS } from './checks/kernel-age.ts';
import { MODULE_CHECKS } from './checks/modules.ts';
import { RUNTIME_VERSION_CHECKS } from './checks/runtime-versions.ts';
import { SETTING_CHECKS } from './checks/settings.ts';
import { SETUID_CHECKS } from './checks/setuid.ts';
import { SHARED_KERNEL_CHECKS } from './checks/shared-kernel.ts';
import { APPTAINER_CHECKS } from './runtimes/apptainer.ts';
import { CHARLIECLOUD_CHECKS } from './runtimes/charliecloud.ts';
import { ENROOT_CHECKS } from './runtimes/enroot.ts';
import { PODMAN_HPC_CHECKS } from './runtimes/podman-hpc.ts';
import { SARUS_CHECKS } from './runtimes/sarus.ts';
import { SHIFTER_CHECKS } from './runtimes/shifter.ts';

/** Every check of nodes. */
export const NODE_CHECKS: readonly NodeCheck[] = [
  ...SHARED_KERNEL_CHECKS,
  ...KERNEL_AGE_CHECKS,
  ...MODULE_CHECKS,
  ...CONFINEMENT_CHECKS,
  ...SETTING_CHECKS,
  ...SETUID_CHECKS,
  ...RUNTIME_VERSION_CHECKS,
  ...CHARLIECLOUD_CHECKS,
  ...SARUS_CHECKS,
  ...SHIFTER_CHECKS,
  ...APPTAINER_CHECKS,
  ...PODMAN_HPC_CHECKS,
  ...ENROOT_CHECKS,
];
