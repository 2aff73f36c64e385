// Synchronisation against servers that behave as the real APIs do, in all five kinds of tracker; and interrupted at every request.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  startTicketServer,
  type TicketFault,
  type TicketServer,
  TOKEN,
  type TrackerKind,
} from '../../../test/support/ticket-server.ts';
import { digestOf } from '../../platform/canonical.ts';
import { PlimsollError } from '../../platform/errors.ts';
import { TRACKERS } from '../../platform/settings.ts';
import { openStore, type Store } from '../../platform/store.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { agesOf } from '../gate/ages.ts';
import { releaseOf } from '../plan/test-release.ts';
import type { TicketStep } from './decide.ts';
import { openFiles } from './files.ts';
import { appendEvents, openTickets, TICKET_MIGRATIONS } from './ledger.ts';
import { openTracker } from './open-tracker.ts';
import { applySync, planSync } from './sync.ts';
import { scopeOf } from './ticket.ts';
import type { Tracker } from './tracker.ts';
import { wantedTickets } from './wanted.ts';

const PATIENCE = { attempts: 3, backoffMs: 1, longestWaitMs: 1500, timeoutMs: 5000 };

/** Four images with an action each. */
function release(changes: Partial<Assessment> = {}, without: readonly string[] = []): Assessment {
  const found = {
    a: 'zlib CVE-2018-25032 high 1.2.12-r0',
    b: 'ssl CVE-2022-0778 critical 1.1.1n-r0',
    c: 'xz CVE-2022-1271 high 5.2.5-r1',
  };
  const images = Object.entries(found).map(([repository, text]) => ({
    repository,
    layers: [repository],
    found: without.includes(repository) ? [] : [`${repository} apk ${text}`],
  }));
  return releaseOf(images, changes);
}

const LATER = { id: digestOf('later'), asOf: '2022-04-20' } as const;

interface Place {
  readonly server: TicketServer;
  readonly store: Store;
  clock: Date;
  tracker(): Promise<Tracker>;
}

async function withPlace(kind: TrackerKind, work: (place: Place) => Promise<void>): Promise<void> {
  const server = await startTicketServer(kind);
  const store = await openStore(':memory:', TICKET_MIGRATIONS);
  const place: Place = {
    server,
    store,
    clock: new Date('2022-04-07T00:00:00Z'),
    tracker: () => {
      const settings = {
        tracker: kind,
        address: server.address,
        project: { github: 'o/r', gitlab: 'g/p', jira: 'SEC', 'jira-cloud': 'SEC' }[kind],
        ...(kind === 'jira-cloud' ? { account: 'bot@example.com' } : {}),
      };
      return openTracker(settings, TOKEN, { ...PATIENCE, now: () => place.clock });
    },
  };
  try {
    await work(place);
  } finally {
    await server.close();
    await store.close();
  }
}

async function steps(
  place: Pick<Place, 'store' | 'clock'>,
  tracker: Tracker,
  assessment: Assessment,
  apply = true,
  most = 25,
) {
  const wanted = wantedTickets(assessment, {
    owners: [{ owner: 'platform' }],
    clocks: [{ days: 14 }],
    ageOf: agesOf([release(), assessment], assessment.asOf),
    markup: tracker.markup,
  });
  const desk = { tracker, store: place.store, scope: scopeOf(assessment), now: () => place.clock };
  const planned = await planSync(assessment, wanted, desk);
  if (apply) await applySync(planned, most, desk, () => undefined);
  return planned;
}

async function sync(place: Place, assessment: Assessment, apply = true, most = 25): Promise<readonly TicketStep[]> {
  return steps(place, await place.tracker(), assessment, apply, most);
}

const kinds = (planned: readonly TicketStep[]) => planned.map(({ kind }) => kind);

for (const kind of TRACKERS) {
  describe(`tickets in ${kind}`, () => {
    it('writes nothing without --apply, then makes one ticket an action, then nothing more', () =>
      withPlace(kind, async (place) => {
        assert.deepEqual(kinds(await sync(place, release(), false)), ['create', 'create', 'create']);
        assert.ok(place.server.requests.every(({ method }) => method === 'GET'));
        await sync(place, release());
        assert.equal(place.server.issues.length, 3);
        assert.match(place.server.issues[0]?.body ?? '', /CVE-2022-0778/, 'critical first');
        assert.match(place.server.issues[0]?.body ?? '', /Owner: `?platform/);
        assert.match(place.server.issues[0]?.body ?? '', /Due: 2022-04-20/);
        const before = place.server.requests.length;
        assert.deepEqual(kinds(await sync(place, release())), ['keep', 'keep', 'keep']);
        assert.ok(place.server.requests.slice(before).every(({ method }) => method === 'GET'));
      }));

    it('closes what is gone, reopens what comes back, and keeps what people wrote', () =>
      withPlace(kind, async (place) => {
        await sync(place, release());
        const issue = place.server.issues.find(({ body }) => body.includes('CVE-2018-25032'));
        assert.ok(issue);
        issue.body = `Please mind the cabal.\r\n\r\n${issue.body}\n\nThanks`;
        issue.labels.push('team-a');
        assert.deepEqual(kinds(await sync(place, release(LATER, ['a']))), ['keep', 'keep', 'close']);
        assert.equal(issue.open, false);
        assert.match(issue.body, /^Please mind the cabal\.\r\n\r\n[\s\S]*\n\nThanks$/);
        assert.match(issue.body, /Closed: 1 gone, judged on 2022-04-20/);
        assert.ok(issue.labels.includes('team-a'));
        assert.deepEqual(kinds(await sync(place, release(LATER, ['a']))), ['keep', 'keep']);
        const again = await sync(place, release({ ...LATER, asOf: '2022-04-27' }));
        assert.deepEqual(kinds(again).sort(), ['keep', 'keep', 'reopen'], JSON.stringify(again));
        assert.equal(issue.open, true);
        assert.match(issue.body, /^Please mind[\s\S]*\n\nThanks$/);
        assert.doesNotMatch(issue.body, /Closed:/);
        assert.equal(place.server.issues.length, 3);
      }));

    it('interrupted at any request and run again: no duplicate, none lost', async () => {
      for (const fault of ['break-before', 'break-after'] as const) {
        for (let at = 1, more = true; more; at++) {
          await withPlace(kind, async (place) => {
            // What cannot be told from a break is repeated by itself: every request from there on breaks, as when the program is killed.
            const stop: TicketFault = (_request, number) =>
              number > at ? 'break-before' : number === at ? fault : undefined;
            place.server.fault = stop;
            more = await sync(place, release()).then(
              () => false,
              (error: unknown) => error instanceof PlimsollError && error.code === 'tracker',
            );
            place.server.fault = undefined;
            place.clock = new Date(place.clock.getTime() + 120_000);
            await sync(place, release());
            const keys = place.server.issues.map(({ body }) => /begin ([0-9a-f]{16})/.exec(body)?.[1]);
            assert.equal(new Set(keys).size, 3, `${fault} at ${at}`);
            assert.equal(keys.length, 3, `${fault} at ${at}`);
            await interruptedClose(place, fault, at);
          });
        }
      }
    });

    it('trusts no key in a ticket of another account', () =>
      withPlace(kind, async (place) => {
        await sync(place, release());
        const [issue] = place.server.issues;
        assert.ok(issue);
        const { body, title, labels } = issue;
        place.server.issues.splice(0, 1, { ...issue, author: 'mallory', body, title, labels: [...labels] });
        const store = await openStore(':memory:', TICKET_MIGRATIONS);
        assert.deepEqual(kinds(await sync({ ...place, store }, release())), ['create', 'keep', 'keep']);
        await store.close();
      }));

    it('writes into an adopted ticket behind what stands there', () =>
      withPlace(kind, async (place) => {
        const issue = place.server.open({ author: 'alice', title: 'openssl again', body: 'Seen in b.' });
        const id = kind.startsWith('jira') ? 'SEC-1' : '1';
        const tracker = await place.tracker();
        const [first] = await sync(place, release(), false);
        const ledgerPlace = { tracker: tracker.name, scope: scopeOf(release()) };
        await appendEvents(place.store, ledgerPlace, place.clock, [
          { kind: 'adopted', key: first?.key ?? '', ticket: id, reason: 'test' },
        ]);
        assert.deepEqual(kinds(await sync(place, release())), ['update', 'create', 'create']);
        assert.match(issue.body, /^Seen in b\.\n\n(<!-- )?plimsoll:begin/);
        assert.equal(issue.title, 'openssl again');
        assert.deepEqual(kinds(await sync(place, release())), ['keep', 'keep', 'keep']);
      }));
  });
}

async function interruptedClose(place: Place, fault: 'break-before' | 'break-after', at: number): Promise<void> {
  const from = place.server.requests.length;
  place.server.fault = (_request, number) =>
    number - from > at ? 'break-before' : number - from === at ? fault : undefined;
  await sync(place, release(LATER, ['a', 'b', 'c'])).catch(() => undefined);
  place.server.fault = undefined;
  await sync(place, release(LATER, ['a', 'b', 'c']));
  assert.ok(
    place.server.issues.every(({ open }) => !open),
    `closing, ${fault} at ${at}`,
  );
  const listing = await openTickets(place.store, scopeOf(release()));
  assert.equal(listing?.('a|linux/amd64', ['CVE-2018-25032']), undefined);
}

describe('closing and reopening', () => {
  const unread = (assessment: Assessment): Assessment => ({
    ...assessment,
    images: assessment.images.map(({ digest: _digest, ...image }) => image),
  });
  const rows: (readonly [string, Assessment])[] = [
    ['the image could not be read', unread(release(LATER, ['a', 'b', 'c']))],
    [
      'the feed is missing',
      release({ ...LATER, advisorySet: { id: digestOf('x'), starter: false, feeds: [] } }, ['a', 'b', 'c']),
    ],
    ['the assessment is older', release({ asOf: '2022-03-30' }, ['a', 'b', 'c'])],
    [
      'the set is the starter set',
      release({ ...LATER, advisorySet: { ...release().advisorySet, starter: true } }, ['a', 'b', 'c']),
    ],
    ['the assessment is empty', { ...release(LATER), images: [], findings: [] }],
    [
      'it is another release',
      { ...release(LATER, ['a', 'b', 'c']), release: { name: 'other', version: '1', target: 'x' } },
    ],
    [
      'a file could not be parsed',
      release(
        {
          ...LATER,
          gaps: ['a', 'b', 'c'].map((name) => ({
            kind: 'file-unparsed' as const,
            target: `${name}|linux/amd64`,
            location: 'lib/apk/db/installed',
            reason: 'cut',
          })),
        },
        ['a', 'b', 'c'],
      ),
    ],
  ];
  const without = (assessment: Assessment, ...names: readonly string[]): Assessment => ({
    ...assessment,
    images: assessment.images.filter(({ slot }) => !names.some((name) => slot.startsWith(`${name}|`))),
    findings: assessment.findings.filter(({ slot }) => !names.some((name) => slot.startsWith(`${name}|`))),
  });
  const charts = (reason: string) => [{ kind: 'not-scanned' as const, target: 'manifests/', reason }];
  rows.push(
    [
      'what the release holds could not be read in full any more',
      without(release({ ...LATER, gaps: charts('no index.txt') }), 'a', 'b'),
    ],
    [
      'it is another platform',
      {
        ...release(LATER, ['a', 'b', 'c']),
        images: release(LATER).images.map((image) => ({ ...image, slot: image.slot.replace('amd64', 'arm64') })),
      },
    ],
  );

  it('closes what left the release, whatever of the release was never read', () =>
    withPlace('github', async (place) => {
      const gaps = charts('no index.txt');
      await sync(place, release({ gaps }));
      assert.ok(place.server.issues.every(({ body }) => !body.includes('index.txt')));
      assert.deepEqual(kinds(await sync(place, without(release({ ...LATER, gaps }), 'a', 'b'))), [
        'keep',
        'close',
        'close',
      ]);
    }));

  for (const [why, later] of rows) {
    it(`closes nothing when ${why}`, () =>
      withPlace('github', async (place) => {
        await sync(place, release());
        assert.ok(kinds(await sync(place, later)).every((kind) => kind === 'keep'));
        assert.ok(place.server.issues.every(({ open }) => open));
      }));
  }

  it('leaves alone what a person closed, until a later assessment sees it again; for good what is not to be done', () =>
    withPlace('github', async (place) => {
      await sync(place, release());
      for (const issue of place.server.issues) Object.assign(issue, { open: false, closedAt: '2022-04-10T00:00:00Z' });
      Object.assign(place.server.issues[0] ?? {}, { declined: true });
      assert.deepEqual(kinds(await sync(place, release())), ['keep', 'keep', 'keep']);
      assert.equal(
        (await openTickets(place.store, scopeOf(release())))?.('a|linux/amd64', ['CVE-2018-25032']),
        undefined,
      );
      assert.deepEqual(kinds(await sync(place, release(LATER))), ['keep', 'reopen', 'reopen']);
    }));

  it('keeps a title that a person wrote in the meantime', () =>
    withPlace('github', async (place) => {
      await sync(place, release());
      const [issue] = place.server.issues;
      assert.ok(issue);
      // The list still has the title that was written here; the ticket itself another one.
      const tracker = await place.tracker();
      const renamed: Tracker = {
        ...tracker,
        read: async (id) => {
          if (id === '1') issue.title = 'ours now';
          return tracker.read(id);
        },
      };
      const from = await steps(place, tracker, release(), false);
      const step = from.find(({ ticket }) => ticket?.id === '1');
      assert.ok(step?.wanted);
      const desk = { tracker: renamed, store: place.store, scope: scopeOf(release()), now: () => place.clock };
      const update: TicketStep = { ...step, kind: 'update', retitle: true, lines: [...step.wanted.lines, 'more'] };
      await applySync([update], 1, desk, () => undefined);
      assert.equal(issue.title, 'ours now');
      assert.match(issue.body, /\nmore\n/);
    }));

  it('takes the ticket that a person adopted, where there is another one already', () =>
    withPlace('github', async (place) => {
      const planned = await sync(place, release());
      const key = planned[0]?.key ?? '';
      place.server.open({ author: 'alice', title: 'openssl again', body: 'Seen in b.' });
      const { name: tracker } = await place.tracker();
      const event = { kind: 'adopted', key, ticket: '4', reason: 'test' } as const;
      await appendEvents(place.store, { tracker, scope: scopeOf(release()) }, place.clock, [event]);
      for (const _ of [1, 2]) {
        const again = await sync(place, release());
        const told = again.map(({ kind, ticket }) => `${kind} ${ticket?.id}`);
        assert.ok(told.includes('refuse 1'), told.join());
        assert.ok(told.includes('update 4') || told.includes('keep 4'), told.join());
      }
      assert.match(place.server.issues[3]?.body ?? '', /^Seen in b\.\n\n<!-- plimsoll:begin/);
    }));

  it('does not close again what a person opened again', () =>
    withPlace('gitlab', async (place) => {
      await sync(place, release());
      await sync(place, release(LATER, ['a']));
      for (const issue of place.server.issues) issue.open = true;
      assert.ok(kinds(await sync(place, release(LATER, ['a']))).every((kind) => kind === 'keep'));
    }));

  it('goes on in the same ticket when the same work gets another key', () =>
    withPlace('github', async (place) => {
      const based = (layer: string) =>
        releaseOf(
          ['a', 'b'].map((repository) => ({
            repository,
            layers: [layer, repository],
            found: [`${layer} apk zlib CVE-2018-25032 high 1.2.12-r0`],
          })),
          layer === 'old' ? {} : LATER,
        );
      assert.deepEqual(kinds(await sync(place, based('old'))), ['create']);
      assert.deepEqual(kinds(await sync(place, based('new'))), ['update']);
      assert.deepEqual(kinds(await sync(place, based('new'))), ['keep']);
      assert.equal(place.server.issues.length, 1);
    }));

  it('refuses to write where its marks are damaged', () =>
    withPlace('github', async (place) => {
      await sync(place, release());
      const [issue] = place.server.issues;
      if (issue !== undefined) issue.body = issue.body.replace('<!-- plimsoll:end -->', '');
      assert.deepEqual(kinds(await sync(place, release(LATER))), ['refuse', 'keep', 'keep']);
    }));

  it('writes nothing when there is more to change than allowed', () =>
    withPlace('github', async (place) => {
      await assert.rejects(sync(place, release(), true, 2), /3 changes are more than the 2/);
      assert.equal(place.server.issues.length, 0);
    }));
});

describe('tickets as files', () => {
  it('are made, closed and reopened', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-tickets-'));
    const store = await openStore(':memory:', TICKET_MIGRATIONS);
    try {
      const place = { store, clock: new Date('2022-04-07T00:00:00Z') };
      const tracker = openFiles(join(folder, 'tickets'), 'tickets', '2022-04-07');
      assert.deepEqual(kinds(await steps(place, tracker, release())), ['create', 'create', 'create']);
      assert.deepEqual(kinds(await steps(place, tracker, release())), ['keep', 'keep', 'keep']);
      assert.deepEqual(kinds(await steps(place, tracker, release(LATER, ['a']))), ['keep', 'keep', 'close']);
      assert.equal((await tracker.list()).filter(({ open }) => !open).length, 1);
      assert.ok(kinds(await steps(place, tracker, release({ ...LATER, asOf: '2022-04-27' }))).includes('reopen'));
    } finally {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('stay closed when a person closed them, until a later assessment; what people added to the state stays', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-tickets-'));
    const store = await openStore(':memory:', TICKET_MIGRATIONS);
    try {
      const place = { store, clock: new Date('2022-04-07T00:00:00Z') };
      const tracker = openFiles(folder, 'tickets', '2022-04-07');
      const [planned] = await steps(place, tracker, release());
      const file = join(folder, `${planned?.key}.json`);
      const state = JSON.parse(readFileSync(file, 'utf8'));
      writeFileSync(file, JSON.stringify({ ...state, open: false, assignee: 'alice' }));
      assert.deepEqual(kinds(await steps(place, tracker, release(), false)), ['keep', 'keep', 'keep']);
      assert.deepEqual(kinds(await steps(place, tracker, release())), ['keep', 'keep', 'keep']);
      place.clock = new Date('2022-04-09T00:00:00Z');
      assert.deepEqual(kinds(await steps(place, tracker, release())), ['keep', 'keep', 'keep']);
      assert.ok(kinds(await steps(place, tracker, release(LATER))).includes('reopen'));
      const { open, assignee } = JSON.parse(readFileSync(file, 'utf8'));
      assert.deepEqual([open, assignee], [true, 'alice']);
    } finally {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('the ledger', () => {
  it('lets nobody change or remove an event', () =>
    withPlace('github', async ({ store }) => {
      await appendEvents(store, { tracker: 't', scope: 's' }, new Date(0), [
        { kind: 'intended', key: 'k', reason: 'r' },
      ]);
      await assert.rejects(store.run('DELETE FROM ticket_event'), /events are kept/);
      await assert.rejects(store.run("UPDATE ticket_event SET key = 'x'"), /events are kept/);
    }));
});
