// The JSON of `kubernetes versions`. Schema: schema/kubernetes-versions-1.json.
import { jsonText } from '../../platform/json-text.ts';
import type { VersionsAnswer } from '../../posture/kubernetes-versions/versions.ts';
import { TOOL } from '../tool.ts';

const KUBERNETES_VERSIONS_SCHEMA_VERSION = 1;

/** The answer; deterministic, ended by a line feed. */
export function kubernetesVersionsJson({ asOf, minors, step, lines, served, results, gaps }: VersionsAnswer): string {
  const document = {
    schemaVersion: KUBERNETES_VERSIONS_SCHEMA_VERSION,
    tool: TOOL,
    asOf,
    minors: minors.map(({ minor, released, ended, daysLeft, source, features, removes }) => ({
      minor,
      released,
      ended,
      daysLeft,
      source,
      features: features.map(({ feature: { id, title, why, source: from }, events }) => ({
        id,
        title,
        why,
        events,
        source: from,
      })),
      removes,
    })),
    step: step && {
      from: step.from,
      to: step.to,
      features: step.features.map(({ feature: { id, title, why, source }, ...change }) => ({
        id,
        title,
        why,
        ...change,
        source,
      })),
      removes: step.removes,
    },
    lines: lines?.map(({ line, minor, dates, daysLeft, verdict }) => ({
      ...line,
      minor,
      ended: dates?.ended,
      daysLeft,
      verdict,
    })),
    served: served && { minor: served.minor, objects: served.objects },
    results,
    gaps,
  };
  return `${jsonText(document)}\n`;
}
