import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { ParseError, PlimsollError } from '../../../platform/errors.ts';
import { checkChain } from './chain.ts';
import { Ledger, readLedger } from './ledger.ts';

const root = mkdtempSync(join(tmpdir(), 'plimsoll-ledger-'));
after(() => rmSync(root, { recursive: true }));
let made = 0;
const WORLD = { now: () => new Date('2022-05-01T00:00:00Z'), who: 'test', randomBytes };

/** A ledger with a captured value, closed. */
function ledgerFolder(): string {
  made += 1;
  const folder = join(root, String(made));
  const ledger = new Ledger(folder, 'site', WORLD);
  const content = ledger.keep({ secret: 'no-lookups' });
  ledger.append({ event: 'intent', mitigation: 'm', action: 'claim', target: 't', paths: ['/a'], content });
  ledger.append({ event: 'outcome', of: 1, outcome: 'done' });
  ledger.close();
  return folder;
}

test('entries and contents are read again, and nothing of a value stands in the open', () => {
  const folder = ledgerFolder();
  const read = readLedger(folder);
  assert.equal(read?.chain.fault, undefined);
  const intent = read?.chain.entries.find((entry) => entry.event === 'intent');
  assert.ok(intent?.event === 'intent');
  assert.deepEqual(read?.content(intent.content), { secret: 'no-lookups' });
  for (const file of ['ledger.jsonl', 'key', 'seal.json', `captured/${intent.content.id}`]) {
    assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600, file);
    assert.ok(!readFileSync(join(folder, file)).includes('no-lookups'), file);
  }
  rmSync(join(folder, 'key'));
  const without = readLedger(folder);
  assert.equal(without?.content(intent.content), undefined);
  assert.equal(without?.chain.fault, undefined, 'the history still holds');
  // What is left to do without the captured contents is still written down, and what is cut off then is missed.
  const later = new Ledger(folder, 'site', WORLD);
  for (const mitigation of ['a', 'b']) later.append({ event: 'backed-out', mitigation });
  later.close();
  assert.equal(readLedger(folder)?.chain.fault, undefined);
  const text = readFileSync(join(folder, 'ledger.jsonl'), 'utf8');
  writeFileSync(join(folder, 'ledger.jsonl'), text.split('\n').slice(0, -2).join('\n').concat('\n'));
  assert.equal(readLedger(folder)?.chain.fault?.kind, 'cut');
});

test('a captured content that was altered or exchanged does not open', () => {
  const folder = ledgerFolder();
  const [name = ''] = readdirSync(join(folder, 'captured'));
  const file = join(folder, 'captured', name);
  const bytes = readFileSync(file);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  writeFileSync(file, bytes);
  const intent = readLedger(folder)?.chain.entries.find((entry) => entry.event === 'intent');
  assert.ok(intent?.event === 'intent');
  assert.throws(() => readLedger(folder)?.content(intent.content), ParseError);
});

test('law: whatever byte is changed or wherever it is cut, it is found, and what is proven is a beginning of it', () => {
  const folder = ledgerFolder();
  const text = readFileSync(join(folder, 'ledger.jsonl'), 'utf8');
  const seal = readFileSync(join(folder, 'seal.json'), 'utf8');
  const key = readFileSync(join(folder, 'key'));
  const whole = checkChain(text, seal, key).entries;
  const check = (damaged: string): void => {
    try {
      const { entries, fault } = checkChain(damaged, seal, key);
      assert.ok(fault !== undefined, 'it is found');
      assert.deepEqual(whole.slice(0, fault.from), entries.slice(0, fault.from));
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
    }
  };
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.integer({ min: 32, max: 126 }), (at, code) => {
      const other = String.fromCharCode(code);
      if (other !== text[at]) check(text.slice(0, at) + other + text.slice(at + 1));
      check(text.slice(0, at));
    }),
    { numRuns: 300 },
  );
  const lines = text.split('\n');
  check([lines[0], lines[2], lines[1], ''].join('\n'));
  rmSync(join(folder, 'ledger.jsonl'));
  assert.equal(readLedger(folder)?.chain.fault?.kind, 'cut', 'taken away as a whole');
  assert.equal(checkChain(text, undefined, key).fault?.kind, 'no-seal');
  assert.equal(checkChain(`${lines[0]}\n`, undefined, key).fault?.kind, 'no-seal', 'cut to its first line');
  assert.equal(checkChain(text, seal, randomBytes(32)).fault?.kind, 'resealed');
});

test('a run that was killed leaves half a line or a lock, and the next one goes on', () => {
  const folder = ledgerFolder();
  appendFileSync(join(folder, 'ledger.jsonl'), '{"at":"2022-05-0');
  // No process has this number: the kernel's largest is 4194304.
  writeFileSync(join(folder, 'lock'), `4194305 ${hostname()}\n`);
  const ledger = new Ledger(folder, 'site', WORLD);
  assert.throws(() => new Ledger(folder, 'site', WORLD), /another run works with it/);
  ledger.append({ event: 'applied', mitigation: 'm' });
  ledger.close();
  assert.equal(readLedger(folder)?.chain.entries.length, 4);
  assert.throws(() => new Ledger(folder, 'other', WORLD), /is of site, not of other/);
  assert.ok(!existsSync(join(folder, 'lock')));
  // Whether the process of another machine still runs cannot be told here.
  writeFileSync(join(folder, 'lock'), '4194305 elsewhere\n');
  assert.throws(() => new Ledger(folder, 'site', WORLD), /another run on elsewhere works with it/);
  rmSync(join(folder, 'lock'));
  const text = readFileSync(join(folder, 'ledger.jsonl'), 'utf8');
  writeFileSync(join(folder, 'ledger.jsonl'), text.replace('"/a"', '"/b"'));
  assert.throws(() => new Ledger(folder, 'site', WORLD), PlimsollError);
});
