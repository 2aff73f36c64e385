// Repositories into which HPE builds its own CSM images, as the image indexes of CSM 1.2.0-alpha.21 to 2024-10 name them. In the first one lie also
// images of others, rebuilt under their full upstream name (docker.io/…): origin.ts tells these apart. The repositories for base images
// (baseos-docker-master-local) and for third parties (third-party-docker-stable-local) are left out.

/** Default of `release.own` for `csm:`. */
export const CSM_OWN: readonly string[] = [
  'artifactory.algol60.net/csm-docker/stable',
  'artifactory.algol60.net/sat-docker/stable',
  'arti.dev.cray.com/analytics-docker-stable-local',
  'arti.dev.cray.com/csm-docker-stable-local',
  'arti.dev.cray.com/csm-docker-unstable-local',
  'arti.dev.cray.com/internal-docker-stable-local',
  'arti.dev.cray.com/shasta-docker-stable-local',
  'arti.dev.cray.com/wlm-slurm-docker-stable-local',
  'dtr.dev.cray.com/cray',
];
