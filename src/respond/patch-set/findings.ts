// What a patch set does to vulnerabilities: those that its images close, still have, or bring; apart from these what only the advisories changed, and
// what the later side could not tell.
import { type InstanceCell, instanceCells, severityOrder } from '../../explain/cells.ts';
import { jointIds } from '../../explain/compare/joint-ids.ts';
import type { SlotPair } from '../../explain/compare/pair-slots.ts';
import { compareText } from '../../platform/order.ts';
import type { SeverityLevel } from '../../scan/advisory/advisory.ts';
import type { AssessedImage, Assessment, Finding } from '../../scan/assess/assessment.ts';
import { hidesMore } from '../plan/outcome.ts';
import { compareUrgency, useOf } from '../priority/urgency.ts';

/** A vulnerability in some of the images. */
export interface PatchFinding {
  readonly vulnerability: string;
  /** The highest over the slots. */
  readonly severity: SeverityLevel;
  /** Slots of the patch set, sorted. */
  readonly slots: readonly string[];
  /** `name version`; of what is closed `name old to new`, or `name old removed`; sorted. */
  readonly packages: readonly string[];
  /** Whether every instance has a fix that could still be installed. */
  readonly fixable: boolean;
}

/** Vulnerabilities of the changed images, each list in the default order, then by id. */
export interface PatchFindings {
  readonly closed: readonly PatchFinding[];
  readonly left: readonly PatchFinding[];
  /** In packages, or versions of them, that the old images do not have. */
  readonly introduced: readonly PatchFinding[];
  /** Only found now: the old images have the same packages. Or only counted now: what said that they are not affected applies no more. */
  readonly newlyKnown: readonly PatchFinding[];
  /** No longer reported: the new images have the same packages. Or still found, with a statement that they are not affected. */
  readonly withdrawn: readonly PatchFinding[];
  /** No longer found, but the later image could not be judged in full. */
  readonly undecided: readonly PatchFinding[];
}

type Fate = keyof PatchFindings;

interface Instance {
  readonly fate: Fate;
  readonly slot: string;
  readonly cell: InstanceCell;
  readonly rows: readonly Finding[];
  readonly packages: readonly string[];
}

/** The fates over the changed images. What a `not_affected` statement covers is neither affected before nor after, and not closed by the update either. */
export function findingsOf(from: Assessment, to: Assessment, changed: readonly SlotPair[]): PatchFindings {
  const joint = jointIds([...from.findings, ...to.findings]);
  const before = sideOf(from, joint);
  const after = sideOf(to, joint);
  const packagesBefore = Map.groupBy(from.packages, ({ image }) => image);
  const packagesAfter = Map.groupBy(to.packages, ({ image }) => image);
  const instances = changed.flatMap(({ slot, a, b }): readonly Instance[] => {
    const old = before.get(a?.slot ?? '') ?? new Map<string, Found>();
    const now = after.get(b?.slot ?? '') ?? new Map<string, Found>();
    const hidden = a !== undefined && b !== undefined && hidesMore(a, b, to);
    const had = versionsOf(packagesBefore, a);
    const has = versionsOf(packagesAfter, b);
    const isSame = (rows: readonly Finding[], versions: Versions) =>
      rows.every((row) => versions.get(row.package)?.has(row.version) === true);
    return [
      ...[...old].flatMap(([id, { cell, rows }]): readonly Instance[] => {
        if (cell.notAffected) return [];
        const later = now.get(id);
        if (later !== undefined) {
          const fate = later.cell.notAffected ? 'withdrawn' : 'left';
          return [{ fate, slot, ...later, packages: named(later.rows) }];
        }
        if (hidden) return [{ fate: 'undecided', slot, cell, rows, packages: named(rows) }];
        if (isSame(rows, has)) return [{ fate: 'withdrawn', slot, cell, rows, packages: named(rows) }];
        return [{ fate: 'closed', slot, cell, rows, packages: moved(rows, has) }];
      }),
      ...[...now].flatMap(([id, { cell, rows }]): readonly Instance[] => {
        const earlier = old.get(id);
        if (cell.notAffected || earlier?.cell.notAffected === false) return [];
        const isOld = earlier !== undefined || (a !== undefined && isSame(rows, had));
        const fate = isOld ? 'newlyKnown' : 'introduced';
        return [{ fate, slot, cell, rows, packages: named(rows) }];
      }),
    ];
  });
  const ofFate = (fate: Fate) =>
    folded(
      instances.filter((instance) => instance.fate === fate),
      joint,
    );
  return {
    closed: ofFate('closed'),
    left: ofFate('left'),
    introduced: ofFate('introduced'),
    newlyKnown: ofFate('newlyKnown'),
    withdrawn: ofFate('withdrawn'),
    undecided: ofFate('undecided'),
  };
}

/** Installed versions by package name. */
type Versions = ReadonlyMap<string, ReadonlySet<string>>;

interface Found {
  readonly cell: InstanceCell;
  readonly rows: readonly Finding[];
}

function sideOf(
  { findings }: Assessment,
  joint: ReturnType<typeof jointIds>,
): ReadonlyMap<string, ReadonlyMap<string, Found>> {
  const rows = Map.groupBy(findings, ({ slot, vulnerability }) => `${slot}\0${vulnerability}`);
  return new Map(
    [...Map.groupBy(instanceCells(findings), ({ slot }) => slot)].map(([slot, ofSlot]) => [
      slot,
      new Map(ofSlot.map((cell) => [joint(cell), { cell, rows: rows.get(`${slot}\0${cell.vulnerability}`) ?? [] }])),
    ]),
  );
}

function versionsOf(packages: ReadonlyMap<string, Assessment['packages']>, image: AssessedImage | undefined): Versions {
  const versions = new Map<string, Set<string>>();
  for (const { name, version } of packages.get(image?.digest ?? '') ?? []) {
    const known = versions.get(name);
    if (known === undefined) versions.set(name, new Set([version]));
    else known.add(version);
  }
  return versions;
}

function named(rows: readonly Finding[]): readonly string[] {
  return rows.map((row) => `${row.package} ${row.version}`);
}

function moved(rows: readonly Finding[], versions: Versions): readonly string[] {
  return rows.map((row) => {
    const later = versions.get(row.package);
    if (later === undefined) return `${row.package} ${row.version} removed`;
    return later.has(row.version)
      ? `${row.package} ${row.version}`
      : `${row.package} ${row.version} to ${[...later].sort(compareText).join(' and ')}`;
  });
}

function folded(instances: readonly Instance[], joint: ReturnType<typeof jointIds>): readonly PatchFinding[] {
  return [...Map.groupBy(instances, ({ cell }) => joint(cell))]
    .map(([vulnerability, group]) => ({
      use: useOf(group.flatMap(({ rows }) => rows)),
      finding: {
        vulnerability,
        severity: highest(group),
        slots: [...new Set(group.map(({ slot }) => slot))].sort(compareText),
        packages: [...new Set(group.flatMap(({ packages }) => packages))].sort(compareText),
        fixable: group.every(({ cell }) => cell.fullyFixable),
      },
    }))
    .sort(
      (a, b) =>
        compareUrgency({ ...a.finding, ...a.use }, { ...b.finding, ...b.use }) ||
        compareText(a.finding.vulnerability, b.finding.vulnerability),
    )
    .map(({ finding }) => finding);
}

function highest(group: readonly Instance[]): SeverityLevel {
  const [first] = group.map(({ cell }) => cell.severity).sort((a, b) => severityOrder(a) - severityOrder(b));
  return first ?? 'unknown';
}
