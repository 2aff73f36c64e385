// Images that no workload names, each as a Pod that asks for nothing but not to run as root: what the image itself says of it.
import type { JsonMap } from '../../platform/json.ts';
import type { ReleaseImage } from '../../scan/release/release.ts';
import type { JudgedPod } from './container.ts';

/** A Pod an image, in their order. */
export function podsOfImages(images: readonly ReleaseImage[]): readonly JudgedPod[] {
  return images.map(({ logical }): JudgedPod => {
    const spec: JsonMap = {
      containers: [{ name: 'image', image: logical }],
      securityContext: { runAsNonRoot: true },
    };
    const workload = `Image/${logical}`;
    const source = { apiVersion: 'v1', kind: 'Pod', name: 'image', value: { spec }, position: logical };
    return { workload, source, labels: {}, spec, before: spec, policies: [], claims: new Set() };
  });
}
