// Shell-free readiness: which charts start a shell, a script or a tool of a base system in their images, and so keep the image from losing it; and which
// ask for a shell that their image has no more. The containers were read with the release's manifests; whether there is a shell, from the images.
import { z } from 'zod';
import type { ContainerNeed } from '../../../scan/release/manifests/container-needs.ts';
import type { ReleaseContainer } from '../../../scan/release/release.ts';
import { type CheckTemplate, checkTemplate, type HygieneImage, type HygieneInput, type Judgement } from '../check.ts';
import { listed } from '../release-view.ts';

/** What a container starts, as far as it can be told. */
interface Start {
  readonly container: ReleaseContainer;
  readonly needs: readonly (Omit<ContainerNeed, 'place'> & { readonly place: ContainerNeed['place'] | 'image' })[];
  /** What its image starts is not known. */
  readonly isUnknown: boolean;
  /** Whether the image has a shell; undefined where it was not read. */
  readonly hasShell: boolean | undefined;
}

/** Charts of which nothing needs a shell are ready for images without one. */
const shellFree: CheckTemplate = checkTemplate('shell-free', z.strictObject({}), (input) =>
  judgeCharts(input, (starts) => {
    const blocked = starts.filter(({ needs }) => needs.length > 0);
    const unknown = starts.filter(({ isUnknown }) => isUnknown);
    if (blocked.length > 0) {
      const count = blocked.reduce((sum, { needs }) => sum + needs.length, 0);
      return { verdict: 'fail', evidence: linesOf(blocked), reason: `blocked by ${count}: ${programsOf(blocked)}` };
    }
    if (unknown.length > 0) {
      const evidence = listed(unknown.map(({ container }) => `${nameOf(container)}: ${container.image}`));
      return { verdict: 'no-evidence', evidence, reason: `what ${unknown.length} of its images start is not known` };
    }
    return { verdict: 'pass', evidence: [], reason: `ready: none of ${starts.length} containers needs a shell` };
  }),
);

/** A shell that is asked for and not there: the container does not start, its probe fails, its hook does nothing. */
const shellMissing: CheckTemplate = checkTemplate('shell-missing', z.strictObject({}), (input) =>
  judgeCharts(input, (starts) => {
    const asking = starts.filter(({ needs }) => needs.some(({ kind, place }) => kind === 'shell' && place !== 'image'));
    const without = asking.filter(({ hasShell }) => hasShell === false);
    const unread = asking.filter(({ hasShell }) => hasShell === undefined);
    if (without.length > 0) {
      return {
        verdict: 'fail',
        evidence: linesOf(without),
        reason: `${without.length} containers ask for a shell that their image does not have`,
      };
    }
    if (unread.length > 0) {
      return {
        verdict: 'no-evidence',
        evidence: linesOf(unread),
        reason: `${unread.length} containers ask for a shell of images that were not read`,
      };
    }
    return {
      verdict: 'pass',
      evidence: [],
      reason: asking.length === 0 ? 'no container asks for a shell' : 'each image that is asked for a shell has one',
    };
  }),
);

/** All of this folder. */
export const SHELL_FREE_TEMPLATES: readonly CheckTemplate[] = [shellFree, shellMissing];

/** Every chart that containers or images name; of one whose manifests were not read nothing can be told. */
function judgeCharts(
  { release }: HygieneInput,
  judge: (starts: readonly Start[]) => Omit<Judgement, 'subject'>,
): readonly Judgement[] {
  const { containers = [], images } = release.assessment;
  const byLogical = Map.groupBy(release.images, ({ image }) => image.logical);
  const byChart = Map.groupBy(containers, ({ chart }) => chart);
  const named = images.flatMap(({ charts }) => charts);
  return [...new Set([...byChart.keys(), ...named])].sort().map((chart): Judgement => {
    const starts = (byChart.get(chart) ?? []).map((container) =>
      startOf(container, byLogical.get(container.image) ?? []),
    );
    return { subject: chart, ...(starts.length === 0 ? NOT_RENDERED : judge(starts)) };
  });
}

function startOf(container: ReleaseContainer, images: readonly HygieneImage[]): Start {
  const traits = images.map(({ inventory }) => inventory?.traits).find((found) => found !== undefined);
  const need = container.imageEntry === true ? traits?.entry?.need : undefined;
  return {
    container,
    needs: [...container.needs, ...(need === undefined ? [] : [{ place: 'image', ...need } as const])],
    isUnknown: container.imageEntry === true && traits === undefined,
    hasShell: traits === undefined ? undefined : (traits.files.shell?.count ?? 0) > 0,
  };
}

function nameOf({ workload, container, init }: ReleaseContainer): string {
  return `${workload}, ${init ? 'init container ' : ''}${container}`;
}

function linesOf(starts: readonly Start[]): readonly string[] {
  return listed(
    starts.flatMap(({ container, needs, hasShell }) =>
      needs.map(({ place, kind, program }) => {
        const where = place === 'image' ? 'the image itself' : place;
        const lacking = kind === 'shell' && hasShell === false ? '; the image has no shell' : '';
        return `${nameOf(container)}: ${where} starts ${KIND_WORDS[kind]}${program}${lacking}`;
      }),
    ),
  );
}

const KIND_WORDS: Record<ContainerNeed['kind'], string> = { shell: 'the shell ', script: 'the script ', tool: '' };

/** `sh in 3, cat in 1`: most often first. */
function programsOf(starts: readonly Start[]): string {
  const all = starts.flatMap(({ needs }) =>
    needs.map(({ kind, program }) => (kind === 'script' ? 'scripts' : program)),
  );
  const counts = [...Map.groupBy(all, (program) => program)].map(([program, { length }]) => [program, length] as const);
  return counts
    .sort(([a, first], [b, second]) => second - first || (a < b ? -1 : 1))
    .map(([program, count]) => `${program} in ${count}`)
    .join(', ');
}

const NOT_RENDERED: Omit<Judgement, 'subject'> = {
  verdict: 'no-evidence',
  evidence: [],
  reason:
    'its manifests were not read: scan the rendered chart with it (manifests:PATH or chart:PATH beside the release)',
};
