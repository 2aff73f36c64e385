// The weekly pack as sections of text, lists and tables, the same in Markdown and HTML. Pure.
import { LABEL_WORDS, signed } from '../explain/narrative/words.ts';
import { formatPercent } from '../explain/shares.ts';
import { outcomeSentence, planSentence } from '../respond/plan/words.ts';
import type { ReviewPack } from '../respond/review/pack.ts';
import { SEVERITY_LEVELS } from '../scan/advisory/advisory.ts';
import { originText } from './origin-words.ts';
import { BASES, count, FOUR_CLASSES, plural } from './words.ts';

/** A part of a section. */
export type ReviewPart =
  | { readonly kind: 'text' | 'warning'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | {
      readonly kind: 'table';
      readonly titles: readonly string[];
      readonly rows: readonly (readonly (string | number)[])[];
    };

/** A section. */
export interface ReviewSection {
  readonly title: string;
  readonly parts: readonly ReviewPart[];
}

/** Most critical and high that are listed one by one, and images of one of them that are named. */
const LISTED = { severe: 40, images: 4, packages: 3 } as const;
/** Days before its end from which an exception is called out. */
const SOON = 30;

/** Title of the pack. */
export function reviewTitle({ release, date }: ReviewPack): string {
  return `${[release.name, release.version].filter((part) => part !== '').join(' ')}: security review of ${date}`;
}

/** The sections in the order in which a meeting takes them. */
export function reviewSections(pack: ReviewPack): readonly ReviewSection[] {
  return [
    numbers(pack),
    ...(pack.moved.length === 0 ? [] : [{ title: 'What moved, and why', parts: [list(pack.moved)] }]),
    newSevere(pack),
    ...late(pack),
    exceptions(pack),
    ...watch(pack),
    ...plan(pack),
    ...rebuilds(pack),
    ...initiatives(pack),
    ...ledger(pack),
    ...(pack.missing.length === 0 ? [] : [{ title: 'Not in this pack', parts: [list(pack.missing)] }]),
  ];
}

function numbers({ statistics, difference, since, asOf, release }: ReviewPack): ReviewSection {
  const rows = BASES.map((basis) => {
    const cell = (value: number, moved: number | undefined): string =>
      moved === undefined ? count(value) : `${count(value)} (${signed(moved)})`;
    const figures = statistics[basis];
    return [
      basis,
      cell(figures.total, difference?.[basis].total),
      ...SEVERITY_LEVELS.map((level) => cell(figures[level].count, difference?.[basis][level])),
      cell(figures.fixable, difference?.[basis].fixable),
    ];
  });
  const { fourClasses, instances } = statistics;
  const line = FOUR_CLASSES.map((level) => `${formatPercent(fourClasses[level])} % ${level}`).join(', ');
  const origins = originText(statistics);
  const severe = instances.critical.count + instances.high.count;
  const fixable = instances.critical.fixable + instances.high.fixable;
  const against = since === undefined ? '' : ` Differences are against ${since.version} as of ${since.asOf}.`;
  return {
    title: 'Numbers',
    parts: [
      text(`${release.version} as of ${asOf}.${against}`),
      ...(statistics.headline
        ? []
        : [{ kind: 'warning' as const, text: `Figures are incomplete: ${statistics.headlineReason}.` }]),
      { kind: 'table', titles: ['base', 'total', ...SEVERITY_LEVELS, 'fixable'], rows },
      list([
        `Of the four classes: ${line} (${plural(fourClasses.total, 'instance')})`,
        `Critical and high: ${count(severe)}, of which ${count(fixable)} have a fix`,
        ...(origins === undefined ? [] : [origins]),
        `${plural(statistics.imagesWithCriticalOrHigh, 'image')} of ${count(statistics.scannedImages)} with critical or high`,
      ]),
    ],
  };
}

function newSevere({ newSevere: all, since }: ReviewPack): ReviewSection {
  const title = since === undefined ? 'Critical and high' : 'New critical and high';
  if (all.length === 0) return { title, parts: [text(since === undefined ? 'None.' : 'None since the last review.')] };
  const some = all.slice(0, LISTED.severe);
  const rest = all.length - some.length;
  return {
    title,
    parts: [
      {
        kind: 'table',
        titles: [
          'vulnerability',
          'severity',
          'why here',
          'packages',
          'images',
          ...(since === undefined ? [] : ['because']),
        ],
        rows: some.map((one) => [
          one.vulnerability,
          one.severity,
          one.reason,
          shortened(one.packages, LISTED.packages),
          `${one.images.length}: ${shortened(one.images, LISTED.images)}`,
          ...(since === undefined ? [] : [wordsOf(one.because)]),
        ]),
      },
      ...(rest > 0 ? [text(`And ${count(rest)} more; the JSON form has all.`)] : []),
    ],
  };
}

function wordsOf(label: string | undefined): string {
  const words: Readonly<Record<string, string>> = LABEL_WORDS;
  return label === undefined ? '' : (words[label] ?? label);
}

function late({ late: items }: ReviewPack): readonly ReviewSection[] {
  if (items === undefined) return [];
  if (items.length === 0) return [{ title: 'Late', parts: [text('Nothing is late.')] }];
  const owners = [...Map.groupBy(items, ({ owner }) => owner)].sort(
    ([a, m], [b, n]) => n.length - m.length || (a < b ? -1 : 1),
  );
  return [
    {
      title: 'Late',
      parts: [
        list(
          owners.map(
            ([owner, own]) =>
              `${owner}: ${count(own.length)}, of which ${count(own.filter(({ fixable }) => fixable).length)} have a fix; longest ${plural(Math.max(...own.map(({ daysLate }) => daysLate)), 'day')}`,
          ),
        ),
        {
          kind: 'table',
          titles: ['owner', 'vulnerability', 'severity', 'why here', 'due', 'days late', 'images'],
          rows: items
            .slice(0, LISTED.severe)
            .map((item) => [
              item.owner,
              item.vulnerability,
              item.severity,
              item.reason,
              item.due,
              item.daysLate,
              `${item.images.length}: ${shortened(item.images, LISTED.images)}`,
            ]),
        },
        ...(items.length > LISTED.severe
          ? [text(`And ${count(items.length - LISTED.severe)} more; the JSON form has all.`)]
          : []),
      ],
    },
  ];
}

function exceptions({ exceptions: all }: ReviewPack): ReviewSection {
  if (all.length === 0) return { title: 'Exceptions', parts: [text('There are none.')] };
  const soon = all.filter(({ state, daysLeft }) => state === 'in-force' && daysLeft <= SOON);
  const over = all.filter(({ state }) => state === 'expired');
  const idle = all.filter(({ instances, state }) => instances === 0 && state !== 'expired');
  const named = (some: typeof all): string => some.map(({ id }) => id).join(', ');
  return {
    title: 'Exceptions',
    parts: [
      ...(over.length === 0
        ? []
        : [{ kind: 'warning' as const, text: `Expired, the findings are back: ${named(over)}.` }]),
      ...(soon.length === 0 ? [] : [{ kind: 'warning' as const, text: `End within ${SOON} days: ${named(soon)}.` }]),
      ...(idle.length === 0 ? [] : [text(`Nothing is left that they cover: ${named(idle)}.`)]),
      {
        kind: 'table',
        titles: [
          'id',
          'vulnerability',
          'reason',
          'owner',
          'expires',
          'days left',
          'renewals',
          'instances',
          'critical or high',
        ],
        rows: all.map((one) => [
          one.id,
          one.vulnerability,
          one.reason + (one.detail === undefined ? '' : `: ${one.detail}`),
          one.owner,
          one.expires + (one.state === 'in-force' ? '' : ` (${one.state})`),
          one.daysLeft,
          one.renewals,
          one.instances,
          one.severe,
        ]),
      },
    ],
  };
}

function watch({ watch: items }: ReviewPack): readonly ReviewSection[] {
  if (items === undefined) return [];
  if (items.length === 0) return [{ title: 'Watch list', parts: [text('It is empty.')] }];
  return [
    {
      title: 'Watch list',
      parts: [
        {
          kind: 'table',
          titles: ['vulnerability', 'what', 'state', 'said', 'scores', 'images', 'owner', 'ticket'],
          rows: items.map((item) => [
            item.vulnerability + (item.kev ? ' (known to be exploited)' : ''),
            item.title,
            item.state,
            item.statement,
            item.scores.map(({ source, score, level, raw }) => `${source} ${score ?? level ?? raw ?? ''}`).join(', '),
            item.images === undefined ? '' : item.images.length,
            item.owner,
            item.ticket ?? 'none',
          ]),
        },
      ],
    },
  ];
}

function plan({ plan: made }: ReviewPack): readonly ReviewSection[] {
  if (made === undefined) return [];
  const table: ReviewPart = {
    kind: 'table',
    titles: ['action', 'images', 'removes', 'up to here'],
    rows: made.steps.map(({ action, closed, total }) => [action.title, action.slots.length, closed.length, total]),
  };
  const parts = [text(planSentence(made)), ...(made.steps.length === 0 ? [] : [table])];
  return [{ title: 'Planned rebuilds and updates', parts }];
}

function rebuilds({ rebuilds: all, outcome }: ReviewPack): readonly ReviewSection[] {
  if (all.length === 0 && outcome === undefined) return [];
  const predicted =
    outcome === undefined || outcome.predicted === 0
      ? []
      : [text(`Plan of the last review: ${outcomeSentence(outcome)}`)];
  return [
    {
      title: 'What rebuilds really removed',
      parts: [
        ...predicted,
        ...(all.length === 0
          ? [text('No image was rebuilt since the last review.')]
          : [
              {
                kind: 'table' as const,
                titles: ['image', 'removed critical', 'high', 'all', 'brought critical', 'high', 'all'],
                rows: all.map(({ image, before, removed, brought }) => [
                  before === undefined ? image : `${image} (was ${before.slice(before.lastIndexOf('/') + 1)})`,
                  removed.critical,
                  removed.high,
                  removed.total,
                  brought.critical,
                  brought.high,
                  brought.total,
                ]),
              },
            ]),
      ],
    },
  ];
}

function initiatives({ initiatives: all }: ReviewPack): readonly ReviewSection[] {
  if (all === undefined || all.length === 0) return [];
  return [
    {
      title: 'Initiatives',
      parts: [
        {
          kind: 'table',
          titles: ['initiative', 'state', 'owner', 'target', 'where it stands'],
          rows: all.map(({ name, state, owner, target = '', note = '', date }) => [
            name,
            state,
            owner,
            target,
            date === undefined || note === '' ? note : `${note} (${date})`,
          ]),
        },
      ],
    },
  ];
}

function ledger({ ledger: state }: ReviewPack): readonly ReviewSection[] {
  if (state === undefined) return [];
  const { decisions, open, closed } = state;
  return [
    {
      title: 'Decisions',
      parts: [
        decisions.length === 0
          ? text('None since the last review.')
          : list(decisions.map(({ id, date, by, text: words }) => `${id}, ${date}, ${by}: ${words}`)),
      ],
    },
    {
      title: 'Action items',
      parts: [
        open.length === 0
          ? text('None is open.')
          : {
              kind: 'table',
              titles: ['item', 'what', 'owner', 'since', 'due'],
              rows: open.map(({ id, text: words, owner, date, due = 'no date', overdue }) => [
                id,
                words,
                owner,
                date,
                overdue ? `${due} (overdue)` : due,
              ]),
            },
        ...(closed.length === 0
          ? []
          : [
              list(
                closed.map(
                  ({ id, text: words, closedOn, outcome }) =>
                    `Closed ${closedOn}: ${id} ${words}${outcome === undefined ? '' : `: ${outcome}`}`,
                ),
              ),
            ]),
      ],
    },
  ];
}

function text(words: string): ReviewPart {
  return { kind: 'text', text: words };
}

function list(items: readonly string[]): ReviewPart {
  return { kind: 'list', items };
}

function shortened(values: readonly string[], most: number): string {
  const rest = values.length - most;
  return values.slice(0, most).join('; ') + (rest > 0 ? ` and ${count(rest)} more` : '');
}
