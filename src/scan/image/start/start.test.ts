// Accounts, file capabilities and scripts of images. Scripts: the forms that entry points of public images have, and any text at all.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LIMITS } from '../../../platform/limits.ts';
import { readAccounts, readGroups } from './accounts.ts';
import { readCapabilities } from './capability.ts';
import { readStarted } from './program.ts';
import { scriptCalls } from './script.ts';

/** Calls as `LINE PROGRAM FLAGS`. */
function calls(text: string): readonly string[] {
  return scriptCalls(text).map(({ line, program, rootOnly, tolerated, replaces, user }) =>
    [line, program, rootOnly && 'root', tolerated && 'tolerated', replaces && 'exec', user].filter(Boolean).join(' '),
  );
}

test('accounts and groups: lines that are none are passed over', () => {
  const passwd =
    'root:x:0:0:root:/root:/bin/sh\n# no\n\napp:x:1000:1001::/home/app:\nbad:x:-1:0\nlong:x:99999999999:0:::\nx\n';
  assert.deepEqual(readAccounts(Buffer.from(passwd)), [
    { name: 'root', uid: 0, gid: 0, home: '/root' },
    { name: 'app', uid: 1000, gid: 1001, home: '/home/app' },
  ]);
  assert.deepEqual(readGroups(Buffer.from('data:x:20:app,,web\r\nbad\n')), [
    { name: 'data', gid: 20, members: ['app', 'web'] },
  ]);
});

test('file capabilities of each revision (linux/capability.h)', () => {
  assert.deepEqual(readCapabilities('0100000200040000000000000000000000000000'), { permitted: [10], effective: true });
  assert.deepEqual(readCapabilities('000000020020000000000000010000000000000000'), {
    permitted: [13, 32],
    effective: false,
  });
  assert.deepEqual(readCapabilities('010000010004000000000000'), { permitted: [10], effective: true });
  const withRoot = `01000003${'00040000'}${'00000000'.repeat(3)}e8030000`;
  assert.deepEqual(readCapabilities(withRoot), { permitted: [10], effective: true });
  assert.equal(readCapabilities('0100000200040000'), undefined);
  assert.equal(readCapabilities(''), undefined);
  assert.equal(readCapabilities('01000009000400000000000000000000'), undefined);
});

const GUARDS: readonly (readonly [name: string, script: string, ...calls: readonly string[]])[] = [
  ['one line', 'set -e\nif [ "$(id -u)" = 0 ]; then chown a b; fi\nexec app', '2 chown root', '3 app exec'],
  ['a variable', 'set -e\nuser="$(id -u)"\nif [ "$user" = \'0\' ]; then\n  chown a b\nfi', '4 chown root'],
  ['more than one question', 'set -e\nif [ "$1" = redis -a "$(id -u)" = 0 ]; then\n  chown a b\nfi', '3 chown root'],
  ['otherwise', 'set -e\nif [ "$(id -u)" != 0 ]; then\n  echo no\nelse\n  chown a b\nfi', '5 chown root'],
  ['those who leave', 'set -e\nif [ "$(id -u)" -ne 0 ]; then\n  exec "$@"\nfi\nchown a b', '5 chown root'],
  ['a chain', 'set -e\n[ "$(id -u)" = 0 ] && chown a b\n[ $UID -ne 0 ] || chgrp a b', '2 chown root', '3 chgrp root'],
  ['whoami', 'set -e\nif test "$(whoami)" = root; then chown a b; fi', '2 chown root'],
  ['not root: no guard', 'set -e\nif [ -d /data ]; then\n  chown a b\nfi', '3 chown'],
  ['either of two: no guard', 'set -e\nif [ "$(id -u)" = 0 ] || [ -n "$X" ]; then\n  chown a b\nfi', '3 chown'],
  ['behind the guard', 'set -e\nif [ "$(id -u)" = 0 ]; then\n  true\nfi\nchown a b', '5 chown'],
  ['not the other way round', 'set -e\nif ! [ "$(id -u)" = 0 ]; then\n  chown a b\nfi', '3 chown'],
  ['a chain that is turned round', 'set -e\n! [ "$(id -u)" = 0 ] && chown a b', '2 chown'],
  ['others alone', 'set -e\nif [ "$(id -u)" != 0 ]; then\n  chown a b\nfi', '3 chown'],
  ['another number that is zero', 'set -e\nif [ "$(id -u)" != "$X" -a "$N" = 0 ]; then\n  chown a b\nfi', '3 chown'],
  ['either, in one test', 'set -e\nif [ "$(id -u)" = 0 -o -n "$X" ]; then\n  chown a b\nfi', '3 chown'],
  ['some of those who leave', 'set -e\nif [ "$1" = x -a "$(id -u)" != 0 ]; then\n  exit\nfi\nchown a b', '5 chown'],
  [
    'those who leave in one case',
    'set -e\nif [ -d x ]; then\n  if [ "$(id -u)" != 0 ]; then exit 0; fi\n  chown a b\nfi\nchgrp a b',
    '4 chown root',
    '6 chgrp',
  ],
  ['within a guard', 'set -e\nif [ "$(id -u)" = 0 ]; then\n if [ -d x ]; then\n  chown a b\n fi\nfi', '4 chown root'],
];
for (const [name, script, ...expected] of GUARDS) {
  test(`who runs it: ${name}`, () => assert.deepEqual(calls(script), expected));
}

const ENDS: readonly (readonly [name: string, script: string, ...calls: readonly string[]])[] = [
  ['without set -e', 'chown a b\napp', '1 chown tolerated', '2 app'],
  ['the last command', 'chown a b', '1 chown'],
  ['or true', 'set -e\nchown a b || true\napp', '2 chown tolerated', '3 app'],
  ['a chain to exec', 'chown a b && exec app', '1 chown', '1 app exec'],
  ['a condition', 'set -e\nif chown a b; then app; fi', '2 chown', '2 app'],
  ['or exit', 'set -e\nchown a b || exit 1\napp', '2 chown', '3 app'],
  ['or a block', 'chown a b || { echo no; exit 1; }\napp', '1 chown', '2 app'],
  ['a pipe', 'set -e\nchown a b | tee x\napp', '2 chown tolerated', '2 tee', '3 app'],
  ['a pipe that fails as a whole', 'set -eo pipefail\nchown a b | tee x\napp', '2 chown', '2 tee', '3 app'],
  ['a line for a shell', "set -e\nsh -c 'chown a b' || true\napp", '2 sh tolerated', '2 chown tolerated', '3 app'],
  ['busybox', 'set -e\nbusybox chown a b\napp', '2 busybox', '2 chown', '3 app'],
  ['set +e', 'set -Eeuo pipefail\nset +e\nchown a b\napp', '3 chown tolerated', '4 app'],
  ['the first line', '#!/bin/sh -e\nchown a b\napp', '2 chown', '3 app'],
];
for (const [name, script, ...expected] of ENDS) {
  test(`when it fails: ${name}`, () => assert.deepEqual(calls(script), expected));
}

test('who a program steps down to', () => {
  const users = (text: string) => scriptCalls(text).map(({ user }) => user);
  assert.deepEqual(users('exec gosu redis "$0" "$@"'), ['redis']);
  assert.deepEqual(users('exec su-exec app:app /app'), ['app']);
  assert.deepEqual(users('setpriv --reuid=101 --regid 101 app'), ['101']);
  assert.deepEqual(users('exec runuser -u web -- app'), ['web']);
  assert.deepEqual(users('exec gosu "$USER" app'), [undefined]);
});

test('what is no command: comments, here-documents, quotes, substitutions, functions; what starts another', () => {
  const text = `# chown a
cat <<-'EOF' >/etc/x
	chown b
	EOF
echo "chown c" 'chown
d' $(chown e)
chown_data() { :; }
X=1 chown f \\
  g
find /data ! -user app -exec chown app {} + # a call of the same kind as above
exec tini -- /app "$@"
`;
  assert.deepEqual(calls(`set -e\n${text}`), ['3 cat', '9 chown', '11 find', '12 tini exec', '12 /app exec']);
});

test('files that are started: programs, scripts with their interpreter, others', () => {
  assert.deepEqual(readStarted(Buffer.from('\u007fELF\u0002')), { kind: 'program' });
  assert.deepEqual(readStarted(Buffer.from('#! /usr/bin/env -S bash -e\nchown a b\n')), {
    kind: 'script',
    interpreter: ['/usr/bin/env', '-S', 'bash', '-e'],
    calls: [{ program: 'chown', line: 2 }],
  });
  assert.deepEqual(readStarted(Buffer.from('#!/usr/bin/python3')), {
    kind: 'script',
    interpreter: ['/usr/bin/python3'],
  });
  assert.deepEqual(readStarted(Buffer.from('text')), { kind: 'other' });
  assert.deepEqual(readStarted(Buffer.alloc(0)), { kind: 'other' });
});

test('arguments are never kept: they can hold passwords', () => {
  const said = JSON.stringify(
    scriptCalls('PASSWORD=hunter2 app --password=hunter2 hunter2\nexec gosu app run hunter2'),
  );
  assert.doesNotMatch(said, /hunter2/);
});

test('any text is read, within bounds', () => {
  const words = [
    'if',
    'then',
    'else',
    'elif',
    'fi',
    '[ "$(id -u)" = 0 ]',
    ';',
    '\n',
    '&&',
    '||',
    '(',
    ')',
    "'",
    '"',
    '`',
    '$(',
    '${',
    '<<EOF',
    '>',
    '#',
    '\\',
    ' ',
    'chown',
    'exec',
    '{',
    '}',
  ];
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constantFrom(...words), fc.string()), { maxLength: 60 }), (parts) => {
      const found = scriptCalls(parts.join(' '));
      assert.ok(found.length <= LIMITS.scriptCalls);
      for (const { program } of found) assert.match(program, /^[\w./+-]+$/);
    }),
    { numRuns: 300 },
  );
});

test('hostile scripts take bounded time: nesting, long lines, many variables', () => {
  const began = performance.now();
  for (const unit of [
    'if [ "$(id -u)" = 0 ]; then ',
    '$(',
    '( ',
    "'",
    'x$(id -u)',
    '<<EOF\n',
    'a=$(id -u); [ "$a" = 0 ] && b;',
    '&& ',
    'find -exec ',
  ]) {
    scriptCalls(unit.repeat(Math.floor(LIMITS.startFileBytes / unit.length)));
  }
  assert.ok(performance.now() - began < 20_000);
});
