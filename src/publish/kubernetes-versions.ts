// What every form of `kubernetes versions` says in the same words.
import type { FeatureChange, FeatureEvent } from '../posture/kubernetes-versions/history.ts';
import type { EndedApi } from '../posture/kubernetes-versions/table.ts';
import type { DatedMinor } from '../posture/kubernetes-versions/versions.ts';
import { plural } from './words.ts';

/** `until 2022-02-28 (past)`, `until 2027-10-28 (340 days)` */
export function supportText({ ended, daysLeft }: Pick<DatedMinor, 'ended' | 'daysLeft'>): string {
  return `until ${ended} (${daysLeft < 0 ? 'past' : plural(daysLeft, 'day')})`;
}

/** `Ephemeral containers: beta, on` */
export function eventText({ feature: { title }, events }: FeatureEvent): string {
  return `${title}: ${events.join(', ')}`;
}

/** `extensions/v1beta1 Ingress; use networking.k8s.io/v1, served since 1.19` */
export function apiText({ api, kinds, instead, since }: EndedApi): string {
  const remedy = instead === undefined ? 'nothing takes its place by itself' : `use ${instead}`;
  return `${api} ${kinds.join(', ')}; ${remedy}${since === undefined ? '' : `, served since ${since}`}`;
}

/** `Pod Security admission (absent to beta, on): WHY` */
export function changeText({ feature: { title, why }, from, to, onBefore, onAfter }: FeatureChange): string {
  const on = onAfter && !onBefore ? ', works unless it is switched off' : '';
  return `${title} (${from} to ${to}${on}): ${why}`;
}
