// `plimsoll tickets`: one ticket an action in GitHub, GitLab, Jira or files. `sync` shows what it would change and changes it with --apply; `adopt`
// takes a ticket that somebody opened.
import { type Command, InvalidArgumentError } from 'commander';
import { PlimsollError } from '../platform/errors.ts';
import { openStore, type Store } from '../platform/store.ts';
import { ticketsJson } from '../publish/json/tickets.ts';
import { ticketsTable } from '../publish/terminal/tickets.ts';
import type { TicketStep } from '../respond/tickets/decide.ts';
import { embargoedOn, withoutEmbargoed } from '../respond/tickets/embargo.ts';
import { appendEvents, TICKET_MIGRATIONS } from '../respond/tickets/ledger.ts';
import { applySync, planSync, type SyncSurroundings } from '../respond/tickets/sync.ts';
import { scopeOf, type WantedTicket } from '../respond/tickets/ticket.ts';
import type { RemoteTicket, Tracker } from '../respond/tickets/tracker.ts';
import { wantedTickets } from '../respond/tickets/wanted.ts';
import type { Assessment } from '../scan/assess/assessment.ts';
import { ASSESSMENT_MIGRATIONS } from '../scan/assess/assessment-store.ts';
import { readAssessmentInput } from './assessment-input.ts';
import {
  type CommandContext,
  type CommonOptions,
  newCommand,
  newGroup,
  terminalOptions,
  writeResult,
} from './command.ts';
import { lineName, readLines } from './lines-input.ts';
import { storePath } from './locations.ts';
import { openLookupStore } from './lookup-store.ts';
import { readConfig } from './release-input.ts';
import { agesFrom } from './stored-ages.ts';
import { remarker } from './talk.ts';
import { namedTracker, type TrackerOptions } from './tracker-input.ts';

interface TicketsOptions extends CommonOptions, TrackerOptions {
  readonly lines?: string;
  readonly store?: string;
}

interface SyncOptions extends TicketsOptions {
  readonly apply?: true;
  readonly maxChanges: number;
}

/** What both commands work with. */
interface Desk extends SyncSurroundings {
  readonly assessment: Assessment;
  readonly wanted: readonly WantedTicket[];
  readonly withheld: number;
  readonly line: string | undefined;
}

const MOST_CHANGES = 25;
const EXAMPLE = [
  'plimsoll tickets sync beta.106.json --files tickets --apply',
  'plimsoll tickets sync beta.106.json --config plimsoll.yaml',
].join('\n');

/** The command with its parts. */
export function ticketsCommand(context: CommandContext): Command {
  return newGroup('tickets', 'one ticket an action in GitHub, GitLab, Jira or files: sync, adopt', EXAMPLE)
    .addCommand(syncCommand(context))
    .addCommand(adoptCommand(context));
}

function syncCommand(context: CommandContext): Command {
  const summary = 'show what tickets an assessment asks for, and make it so with --apply';
  return withPlaces(newCommand('sync', summary, ['table', 'json'], EXAMPLE))
    .argument('<assessment>', 'a JSON file that scan wrote, or the id of a stored assessment')
    .option('--apply', 'write to the tracker; without it nothing is written anywhere')
    .option('--max-changes <number>', 'write nothing when there is more to change', changesText, MOST_CHANGES)
    .action((name: string, options: SyncOptions) => sync(name, options, context));
}

function adoptCommand(context: CommandContext): Command {
  const example = 'plimsoll tickets adopt beta.106.json SEC-7 1f0c4a5d9be2a633 --config plimsoll.yaml';
  const summary = 'take a ticket that somebody opened as that of an action; the next sync writes into it';
  return withPlaces(newCommand('adopt', summary, ['text'], example))
    .argument('<assessment>', 'a JSON file that scan wrote, or the id of a stored assessment')
    .argument('<ticket>', 'its number or key in the tracker: 12, SEC-7')
    .argument('<action>', 'the key that sync shows for the action')
    .action((name: string, ticket: string, action: string, options: TicketsOptions) =>
      adopt(name, ticket, action, options, context),
    );
}

function withPlaces(command: Command): Command {
  return command
    .option('--files <folder>', 'keep tickets as files here; no tracker is asked')
    .option('--token-file <file>', 'file with the token (else PLIMSOLL_TICKETS_TOKEN)')
    .option('--lines <file>', 'release lines (lines.yaml in the working directory)')
    .option('--store <file>', 'store of assessments and tickets (in the data directory of the user)');
}

async function sync(name: string, options: SyncOptions, context: CommandContext): Promise<void> {
  const store = await openTicketStore(options, context, options.apply === true);
  try {
    const desk = await openDesk(name, options, context, store);
    const remark = remarker(context, options);
    if (desk.withheld > 0) remark(`${desk.withheld} embargoed instances are held back: everybody can read the tracker`);
    const steps = await planSync(desk.assessment, desk.wanted, desk);
    const done = new Map<TicketStep, RemoteTicket>();
    if (options.apply === true) {
      await applySync(steps, options.maxChanges, desk, (step, ticket) => {
        done.set(step, ticket);
        remark(`${step.kind} ${ticket.id} ${ticket.address}`);
      });
    }
    const { assessment, line, withheld, tracker } = desk;
    const result = { assessment, line, withheld, steps, done, tracker: tracker.name, applied: options.apply === true };
    const render = {
      table: () => ticketsTable(result, terminalOptions(context, options)),
      json: () => ticketsJson(result),
    };
    writeResult(context, options, (render[options.format as keyof typeof render] ?? render.table)());
  } finally {
    await store.close();
  }
}

async function adopt(
  name: string,
  id: string,
  key: string,
  options: TicketsOptions,
  context: CommandContext,
): Promise<void> {
  const store = await openTicketStore(options, context, true);
  try {
    const { tracker, wanted, scope } = await openDesk(name, options, context, store);
    const action = wanted.find((one) => one.key === key);
    if (action === undefined) {
      throw new PlimsollError(
        'usage',
        `${key} is the key of no action of this assessment: \`plimsoll tickets sync\` shows them`,
      );
    }
    const ticket = await tracker.read(id);
    if (ticket === undefined) throw new PlimsollError('not-found', `there is no ticket ${id} in ${tracker.name}`);
    const event = { kind: 'adopted', key, ticket: ticket.id, reason: 'adopted by command' } as const;
    await appendEvents(store, { tracker: tracker.name, scope }, context.now(), [event]);
    writeResult(context, options, `${ticket.id} is the ticket of: ${action.title}`);
  } finally {
    await store.close();
  }
}

/** A look must not make a store; the ledger of a change must be kept. */
function openTicketStore(options: TicketsOptions, context: CommandContext, writes: boolean): Promise<Store> {
  const migrations = [...ASSESSMENT_MIGRATIONS, ...TICKET_MIGRATIONS];
  return writes
    ? openStore(storePath(context, options.store), migrations)
    : openLookupStore(options.store, context, migrations);
}

async function openDesk(name: string, options: TicketsOptions, context: CommandContext, store: Store): Promise<Desk> {
  const config = await readConfig(options, context);
  const { owners = [], clocks = [], embargoes = [] } = config;
  const lines = await readLines(options.lines, context);
  const assessment = await readAssessmentInput(name, context.workingDirectory, store);
  const line = await lineName(lines, assessment);
  const tracker = await namedTracker(config, options, context);
  const today = context.now().toISOString().slice(0, 10);
  const embargoed = embargoedOn(embargoes, today);
  const isHeld = embargoed.size > 0 && (await isPublic(tracker, config.tickets?.public));
  const { assessment: shown, withheld } = withoutEmbargoed(assessment, isHeld ? embargoed : new Set());
  const wanted = wantedTickets(shown, {
    owners,
    clocks,
    ageOf: await agesFrom(assessment, store),
    markup: tracker.markup,
    ...(line === undefined ? {} : { line }),
  });
  return { assessment, wanted, withheld, line, tracker, store, scope: scopeOf(assessment, line), now: context.now };
}

/** What the tracker says counts; where it says nothing, the settings; where these say nothing, it is taken to be public. */
async function isPublic(tracker: Tracker, stated: boolean | undefined): Promise<boolean> {
  const visibility = await tracker.visibility();
  return visibility === 'unknown' ? stated !== false : visibility === 'public';
}

/** @throws InvalidArgumentError */
function changesText(text: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('write a number from 0 to 99999');
}
