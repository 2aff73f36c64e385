// Non-root readiness of a release: each container of each Pod judged as it would be admitted, with what is proposed for it. Rules: docs/guide/nonroot.md.
import { compareGaps, type Gap } from '../../platform/gap.ts';
import { textOf } from '../../platform/json.ts';
import type { Waiver } from '../../platform/settings.ts';
import type { Verdict } from '../../platform/verdict.ts';
import { normalizeReference } from '../../scan/image/reference.ts';
import type { InventoryOptions } from '../../scan/inventory-release.ts';
import type { Release, ReleaseImage } from '../../scan/release/release.ts';
import { type WaiverUse, waive } from '../waivers/waivers.ts';
import { type ContainerList, containerSubject, containersOf, type JudgedPod, type PodContainer } from './container.ts';
import { FINDING_VERDICTS, NONROOT_CHECKS, type NonrootFinding, type Outcome } from './finding.ts';
import type { Identity } from './identity.ts';
import type { ImageStart, Known } from './image-start.ts';
import { type Judgement, judge } from './judge.ts';
import { type Proposal, propose } from './propose/suggest.ts';
import { visitImages } from './read-images.ts';

/** What is said of one container. */
export interface NonrootContainer {
  /** `Deployment/services/web container app`. */
  readonly subject: string;
  readonly workload: string;
  readonly list: ContainerList;
  readonly name: string;
  readonly image: string;
  readonly position: string;
  /** Absent where it cannot be told. */
  readonly identity?: Identity;
  readonly outcome: Outcome;
  readonly findings: readonly NonrootFinding[];
  /** Absent where nothing is to be done, or the image could not be read. */
  readonly proposal?: Proposal;
}

/** Containers by what they come to; `root` counts those that would run as root. */
export interface NonrootCounts {
  readonly containers: number;
  readonly block: number;
  readonly likelyBreak: number;
  readonly unknown: number;
  readonly ok: number;
  readonly root: number;
  /** Containers that the proposal would let run as another user without anything in the way. */
  readonly proposed: number;
}

/** The whole result. */
export interface NonrootResult {
  readonly release: Pick<Release, 'name' | 'version' | 'target'>;
  readonly verdict: Verdict;
  readonly counts: NonrootCounts;
  /** In the order of the Pods. */
  readonly containers: readonly NonrootContainer[];
  /** In the shared shape, the worst first, then by subject. */
  readonly results: readonly Verdict[];
  readonly waivers: readonly WaiverUse[];
  readonly gaps: readonly Gap[];
  /** The Pods, for what is made of the proposals. */
  readonly pods: readonly JudgedPod[];
}

/** What is judged, and how. */
export interface NonrootInput {
  /** The images of the Pods, and where they are. */
  readonly release: Release;
  readonly pods: readonly JudgedPod[];
  readonly gaps: readonly Gap[];
  readonly waivers: readonly Waiver[];
  /** `2022-05-01`: waivers hold until their day. */
  readonly day: string;
}

/**
 * Judges the Pods.
 * @throws PlimsollError `store` when results cannot be kept
 */
export async function nonrootOf(input: NonrootInput, options: InventoryOptions): Promise<NonrootResult> {
  const containers = input.pods.flatMap(containersOf);
  const images = new Map(input.release.images.map((image) => [image.logical, image]));
  const byImage = Map.groupBy(containers, (container) => imageOf(container, images)?.logical ?? '');
  const wanted = [...byImage.keys()].flatMap((logical) => images.get(logical) ?? []);
  const judged = new Map<PodContainer, NonrootContainer>();
  const unread: Gap[] = [];
  const visit = (logical: string, image: Known<ImageStart>): void => {
    if ('unknown' in image && logical !== '') {
      unread.push({ kind: 'image-unreadable', target: logical, reason: image.unknown });
    }
    for (const container of byImage.get(logical) ?? []) judged.set(container, judgeContainer(container, image));
  };
  visit('', { unknown: 'its reference names no image of the release' });
  await visitImages(wanted, options, visit);
  return resultOf(
    { ...input, gaps: [...input.gaps, ...unread] },
    containers.flatMap((container) => judged.get(container) ?? []),
  );
}

/** The image of a container; that of the chart where a policy wrote another name that is not known. */
function imageOf(container: PodContainer, images: ReadonlyMap<string, ReleaseImage>): ReleaseImage | undefined {
  return [container.image, textOf(container.before, 'image') ?? '']
    .map((text) => images.get(text) ?? images.get(logicalOf(text)))
    .find((found) => found !== undefined);
}

function logicalOf(text: string): string {
  try {
    return normalizeReference(text);
  } catch {
    return '';
  }
}

function judgeContainer(container: PodContainer, image: Known<ImageStart>): NonrootContainer {
  const judgement: Judgement = judge(container, image);
  const proposal = 'value' in image ? propose(container, image.value, judgement) : undefined;
  const { pod, list, name } = container;
  return {
    subject: containerSubject(container),
    workload: pod.workload,
    list,
    name,
    image: container.image,
    position: pod.source.position,
    ...judgement,
    ...(proposal === undefined ? {} : { proposal }),
  };
}

const ORDER: readonly Verdict['verdict'][] = ['fail', 'warn', 'no-evidence', 'pass'];

function resultOf(
  { release, pods, gaps, waivers, day }: NonrootInput,
  containers: readonly NonrootContainer[],
): NonrootResult {
  const order = Object.keys(NONROOT_CHECKS);
  const verdicts = containers
    .flatMap(verdictsOf)
    .sort(
      (a, b) =>
        ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict) ||
        order.indexOf(a.check) - order.indexOf(b.check) ||
        (a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : 0),
    );
  const waived = waive(verdicts, waivers, day);
  const counts = countsOf(containers);
  const { name, version, target } = release;
  return {
    release: { name, version, target },
    verdict: overall(version === 'unknown' ? name : `${name} ${version}`.trim(), counts, waived.results, gaps.length),
    counts,
    containers,
    results: waived.results,
    waivers: waived.waivers,
    gaps: gaps.toSorted(compareGaps),
    pods,
  };
}

/** One row a finding; a container of which nothing is found passes with who it runs as. */
function verdictsOf({ subject, findings, identity, image, position }: NonrootContainer): readonly Verdict[] {
  if (findings.length === 0 && identity !== undefined) {
    const { uid, gid, facts } = identity;
    const reason = `it runs as ${uid}:${gid}, and nothing is in the way`;
    return [{ check: 'identity', subject, verdict: 'pass', evidence: [...facts, image, position], reason }];
  }
  return findings.map(({ check, class: kind, reason, facts, remediation }) => ({
    check,
    subject,
    verdict: FINDING_VERDICTS[kind],
    evidence: [...facts, image, position],
    reason,
    remediation,
  }));
}

function countsOf(containers: readonly NonrootContainer[]): NonrootCounts {
  const of = (outcome: Outcome) => containers.filter((one) => one.outcome === outcome).length;
  return {
    containers: containers.length,
    block: of('block'),
    likelyBreak: of('likely-break'),
    unknown: of('unknown'),
    ok: of('ok'),
    root: containers.filter(({ findings }) => findings.some(({ class: kind }) => kind === 'root')).length,
    proposed: containers.filter(({ proposal }) => proposal?.judgement.outcome === 'ok').length,
  };
}

function overall(subject: string, counts: NonrootCounts, results: readonly Verdict[], gaps: number): Verdict {
  const { containers, block, likelyBreak, unknown, root } = counts;
  const open = results.filter(({ waiver }) => waiver === undefined);
  const has = (verdict: Verdict['verdict']) => open.some((one) => one.verdict === verdict);
  const parts = [
    ...(block > 0 ? [`${block} would not start`] : []),
    ...(root > 0 ? [`${root} would run as root`] : []),
    ...(likelyBreak > 0 ? [`${likelyBreak} would likely break`] : []),
    ...(unknown > 0 ? [`${unknown} cannot be told`] : []),
  ];
  const base = { check: 'nonroot', subject, evidence: [] };
  const waived = results.length - open.length;
  // What is waived is no pass in silence.
  const note = waived === 0 ? '' : `; ${waived === 1 ? 'one result is' : `${waived} results are`} waived`;
  const said = `${containers} ${containers === 1 ? 'container' : 'containers'}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}${note}`;
  if (has('fail')) return { ...base, verdict: 'fail', reason: said };
  if (has('warn')) return { ...base, verdict: 'warn', reason: said };
  if (has('no-evidence') || gaps > 0 || containers === 0) {
    return { ...base, verdict: 'no-evidence', reason: containers === 0 ? 'there is no container to judge' : said };
  }
  return { ...base, verdict: 'pass', reason: waived === 0 ? `${said}, none as root, nothing in the way` : said };
}
