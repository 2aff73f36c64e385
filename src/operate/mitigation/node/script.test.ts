import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { needsPrograms } from '../../../../test/support/needs.ts';
import { fileValue } from './place.ts';
import { quoted } from './quote.ts';
import { confirmScript, type NodeChange, nodeScript } from './script.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-node-'));
after(() => rmSync(folder, { recursive: true }));

const NASTY = `a'b"c$(id)\`id\`\\n\n!*?[x] ~ %s -n ; & | < >\t`;
const CHANGES: readonly NodeChange[] = [
  { step: 's1', kind: 'sysctl', key: 'user.max_user_namespaces', value: '0', expected: { any: true } },
  { step: 's2', kind: 'file', key: `/etc/x/${NASTY}`, value: fileValue(NASTY, '0644'), expected: {} },
  { step: 's3', kind: 'mode', key: '/usr/bin/pkexec', value: '0755', expected: { value: '4755 abc' } },
  { step: 's4', kind: 'module', key: 'n_hdlc', value: 'absent', expected: { any: true } },
];

function scriptWith(changes: ReadonlyMap<string, readonly NodeChange[]>, withinSeconds?: number): string {
  return nodeScript({
    mitigation: 'm',
    action: 'apply',
    run: 'r1',
    changes,
    reloads: [{ step: 's5', unit: "falco's.service" }],
    probes: [{ id: 'p', command: ['unshare', '-Ur', NASTY], passes: 'nonzero' }],
    ...(withinSeconds === undefined ? {} : { confirm: { withinSeconds, application: 7 } }),
  });
}

test('law: what is quoted comes out of every shell as it went in', needsPrograms('dash', 'bash'), () => {
  const words = fc.array(
    fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.replaceAll('\0', '')),
    {
      maxLength: 40,
    },
  );
  for (const shell of ['dash', 'bash']) {
    fc.assert(
      fc.property(words, (list) => {
        const texts = [...list, NASTY].map((text) => Buffer.from(text).toString());
        const lines = texts.map((text) => `printf '%s\\0' ${quoted(text)}`).join('\n');
        const { stdout } = spawnSync(shell, ['-s'], { input: lines });
        assert.deepEqual(stdout.toString().split('\0').slice(0, -1), texts);
      }),
      { numRuns: 10 },
    );
  }
  assert.throws(() => quoted('a\0b'), /NUL/);
});

test('scripts are clean to shellcheck', needsPrograms('shellcheck'), () => {
  const look = { mitigation: 'm', action: 'verify', run: 'r1', reloads: [], probes: [] } as const;
  for (const text of [
    nodeScript({ ...look, changes: new Map([['*', CHANGES]]) }),
    nodeScript({ ...look, action: 'backout', changes: new Map([['n1', CHANGES]]) }),
    confirmScript('m', 7),
    scriptWith(new Map([['*', CHANGES]]), 600),
    scriptWith(
      new Map([
        ["n'1", CHANGES],
        ['n2', []],
      ]),
    ),
  ]) {
    const file = join(folder, 'script.sh');
    writeFileSync(file, text);
    // SC2016 remarks that single quotes keep everything from being expanded, which is what they are there for;
    // SC2317 of functions that this script does not call.
    const { stdout, status } = spawnSync('shellcheck', ['--shell=sh', '--exclude=SC2016,SC2317', file], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stdout);
  }
});

/** Where scripts may change what they like: mounts and network of their own. */
const PRIVATE = [
  'mount -t tmpfs none /var/lib',
  'mount -t tmpfs none /run',
  'mkdir -p /run/systemd/system',
  'mount -t tmpfs none /etc/systemd',
  'mount -t tmpfs none /etc/sysctl.d',
  'mount -t tmpfs none /mnt',
  'printf x >/mnt/pkexec',
  'chmod 4755 /mnt/pkexec',
  'sysctl -qw net.ipv4.ip_forward=0',
];
const mayUnshare = spawnSync('unshare', ['-mnpf', 'true']).status === 0;
const LOOK =
  'cat /proc/sys/net/ipv4/ip_forward; ls /etc/sysctl.d; stat -c %a /mnt/pkexec; ls /var/lib/plimsoll/mitigations 2>&1';

/** Runs lines of sh in one private place, with which all that they started ends, and gives the lines of stdout. */
function inPrivate(lines: readonly string[]): readonly string[] {
  const input = [...PRIVATE, ...lines].join('\n');
  const { stdout, stderr } = spawnSync('unshare', ['-mnpf', 'dash', '-s'], { input, encoding: 'utf8' });
  assert.equal(stderr, '');
  return stdout.trimEnd().split('\n');
}

interface Line {
  readonly step: string;
  readonly outcome: string;
  readonly before?: string;
  readonly after?: string;
}

function read(line: string | undefined): Line {
  const { step, outcome, before, after: then } = JSON.parse(line ?? '') as Line;
  const text = (part: string | undefined): string =>
    part === undefined ? '-' : Buffer.from(part, 'base64').toString();
  return { step, outcome, before: text(before), after: text(then) };
}

const skip = mayUnshare ? false : 'needs the right to make namespaces';

test('on a real machine: sysctl, file and mode are set, told again by a second run, and given back', { skip }, () => {
  const file = fileValue('net.ipv4.ip_forward = 1\n', '0644');
  const wanted = [
    { step: 'a.0', kind: 'sysctl', key: 'net.ipv4.ip_forward', value: '1' },
    { step: 'a.1', kind: 'file', key: '/etc/sysctl.d/99-plimsoll.conf', value: file },
    { step: 'b.0', kind: 'mode', key: '/mnt/pkexec', value: '0755' },
    { step: 'c.0', kind: 'module', key: 'no_such_module', value: 'absent' },
    { step: 'd.0', kind: 'mode', key: '/mnt/not-there', value: '0755' },
    { step: 'e.0', kind: 'sysctl', key: 'net.no.such', value: '0' },
  ] as const;
  const common = { mitigation: 'm', run: 'r1', reloads: [], probes: [] };
  const changes = wanted.map((change) => ({ ...change, expected: { any: true as const } }));
  const apply = nodeScript({ ...common, action: 'apply', changes: new Map([['*', changes]]) });
  const first = inPrivate([`(${apply})`, 'echo ==', `(${apply})`, LOOK]);
  const sha = '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881';
  const results = [
    { step: 'a.0', outcome: 'done', before: '0', after: '1' },
    { step: 'a.1', outcome: 'done', before: '-', after: file },
    { step: 'b.0', outcome: 'done', before: `4755 ${sha}`, after: `0755 ${sha}` },
    { step: 'c.0', outcome: 'done', before: 'absent', after: 'absent' },
    { step: 'd.0', outcome: 'not-here', before: '-', after: '-' },
    { step: 'e.0', outcome: 'not-here', before: '-', after: '-' },
  ];
  assert.deepEqual(first.slice(0, 6).map(read), results);
  assert.deepEqual(first.slice(7, 13).map(read), results, 'a second run tells the same');
  assert.deepEqual(first.slice(13), ['1', '99-plimsoll.conf', '755', 'm']);

  const back: readonly NodeChange[] = [
    { step: 'b.0', kind: 'mode', key: '/mnt/pkexec', value: '4755', expected: { value: `0755 ${sha}` } },
    { step: 'a.1', kind: 'file', key: '/etc/sysctl.d/99-plimsoll.conf', expected: { value: file } },
    { step: 'a.0', kind: 'sysctl', key: 'net.ipv4.ip_forward', value: '0', expected: { value: '1' } },
  ];
  const node = spawnSync('uname', ['-n'], { encoding: 'utf8' }).stdout.trim();
  const backout = nodeScript({ ...common, action: 'backout', changes: new Map([[node, back]]) });
  const second = inPrivate([`(${apply}) >/dev/null`, `(${backout})`, LOOK]);
  assert.deepEqual(
    second.slice(0, 3).map((line) => read(line).outcome),
    ['done', 'done', 'done'],
  );
  assert.deepEqual(second.slice(3), ['0', '4755']);
  const drift = inPrivate([`(${apply}) >/dev/null`, 'printf y >/mnt/pkexec', `(${backout})`, LOOK]);
  assert.deepEqual(
    drift.slice(0, 3).map((line) => read(line).outcome),
    ['different', 'done', 'done'],
    'a file that was replaced',
  );
  assert.deepEqual(drift.slice(3), ['0', '755', 'm'], 'what could not be given back is still known there');
  const stranger = nodeScript({ ...common, action: 'backout', changes: new Map([[`${node}-other`, back]]) });
  assert.equal(read(inPrivate([`(${stranger})`])[0]).outcome, 'not-named');
});

const FORWARD = [
  { step: 'a.0', kind: 'sysctl', key: 'net.ipv4.ip_forward', value: '1', expected: { any: true } },
  {
    step: 'a.1',
    kind: 'file',
    key: '/etc/sysctl.d/made/99-plimsoll.conf',
    value: fileValue('net.ipv4.ip_forward = 1\n', '0644'),
    expected: { any: true },
  },
] as const satisfies readonly NodeChange[];
const LATER = 'cat /proc/sys/net/ipv4/ip_forward; ls /etc/sysctl.d; find /etc/systemd -name "*.service"';

/** The script that goes back by itself; `application` tells one time from another. */
function forward(withinSeconds: number, application = 7): string {
  return nodeScript({
    mitigation: 'm',
    action: 'apply',
    run: 'r1',
    reloads: [],
    probes: [],
    changes: new Map([['*', FORWARD]]),
    confirm: { withinSeconds, application },
  });
}

test('on a real machine: what nobody confirms in time goes back by itself, and nothing of it is left', { skip }, () => {
  const apply = `(${forward(1)}) >/dev/null`;
  const unit = '/etc/systemd/system/plimsoll-put-back-m.service';
  const wants = '/etc/systemd/system/sysinit.target.wants/plimsoll-put-back-m.service';
  const [set, ...rest] = inPrivate([apply, LATER, 'stat -c %a /etc/sysctl.d/made', 'sleep 1.5', LATER]);
  assert.deepEqual(
    [set, ...rest.sort()],
    ['1', '0', '755', 'made', unit, wants].sort().toSorted((a) => (a === '1' ? -1 : 1)),
  );
  const confirm = `(${confirmScript('m', 7)})`;
  assert.deepEqual(inPrivate([apply, confirm, 'sleep 1.5', LATER]), ['1', 'made']);
  const late = inPrivate([apply, 'sleep 1.5', `${confirm} 2>&1`, 'echo $?', LATER]);
  assert.match(late[0] ?? '', /nobody confirmed m in time: it went back/);
  assert.deepEqual(late.slice(1), ['1', '0']);
});

test('on a real machine: a confirmation is of one application, not of a later one', { skip }, () => {
  const back = 'sysctl -qw net.ipv4.ip_forward=0; rm -r /etc/sysctl.d/made';
  const first = [`(${forward(1)}) >/dev/null`, `(${confirmScript('m', 7)})`, 'sleep 1.5', back];
  assert.deepEqual(inPrivate([...first, `(${forward(1, 9)}) >/dev/null`, 'sleep 1.5', LATER]), ['0']);
});

test('on a real machine: a node that starts anew before it is confirmed goes back', { skip }, () => {
  // The waiting process is gone with the machine; what the unit starts is what systemd would start.
  const start = 'sh -c "$(sed -n \'s/^ExecStart=//p\' /etc/systemd/system/plimsoll-put-back-m.service)"';
  const apply = `(${forward(1000)}) >/dev/null`;
  assert.deepEqual(inPrivate([apply, 'cat /proc/sys/net/ipv4/ip_forward', start, LATER]), ['1', '0']);
  const verify = spawnSync('systemd-analyze', ['--version']);
  if (verify.status !== 0) return;
  const checked = inPrivate([
    apply,
    'systemd-analyze verify --man=no /etc/systemd/system/plimsoll-put-back-m.service 2>&1; echo $?',
  ]);
  assert.equal(checked.at(-1), '0', checked.join('\n'));
});

test('on a real machine: a script goes on to its end when nobody listens any more', { skip }, () => {
  const lines = inPrivate([`(${forward(1000)}) 2>/dev/null | true; sleep 0.5`, LATER]);
  assert.deepEqual(lines.slice(0, 2), ['1', 'made']);
});

test('on a real machine: settings are compared as the kernel spells them', { skip }, () => {
  const change = {
    step: 'a',
    kind: 'sysctl',
    key: 'net.ipv4.tcp_rmem',
    value: '4096 131072 6291455',
    expected: { any: true },
  } as const;
  const common = { mitigation: 'm', action: 'apply', run: 'r1', reloads: [], probes: [] } as const;
  const [line] = inPrivate([`(${nodeScript({ ...common, changes: new Map([['*', [change]]]) })})`]);
  assert.deepEqual([read(line).outcome, read(line).after], ['done', '4096 131072 6291455']);
});

test('a value that reads like a sign of the script is a value', { skip }, () => {
  const change = {
    step: 'a',
    kind: 'sysctl',
    key: 'net.ipv4.ip_forward',
    value: '1',
    expected: { value: '*' },
  } as const;
  const common = { mitigation: 'm', action: 'apply', run: 'r1', reloads: [], probes: [] } as const;
  const [line] = inPrivate([`(${nodeScript({ ...common, changes: new Map([['*', [change]]]) })})`]);
  assert.equal(read(line).outcome, 'different');
});

/** A modprobe that heeds what keeps a module out, and makes or removes its folder below /sys/module, laid over the programs of the machine. */
const MODPROBE = [
  'mount -t tmpfs none /sys/module',
  'mkdir /mnt/programs /sys/module/n_hdlc /etc/sysctl.d/modprobe.d',
  "cat >/mnt/programs/modprobe <<'E'",
  '#!/bin/sh',
  'case $1 in',
  '  -r) rmdir "/sys/module/$3" ;;',
  '  -i) mkdir "/sys/module/$3" ;;',
  '  *) if grep -q "install $2 /bin/false" /etc/sysctl.d/modprobe.d/*; then exit 1; fi; mkdir "/sys/module/$2" ;;',
  'esac',
  'E',
  'chmod 755 /mnt/programs/modprobe',
  'mount -t overlay overlay -o lowerdir=/mnt/programs:/usr/sbin /usr/sbin',
];
const mayOverlay =
  mayUnshare &&
  spawnSync('unshare', ['-mn', 'sh', '-c', [...PRIVATE, ...MODPROBE].join('\n')], { encoding: 'utf8' }).status === 0;

test('on a real machine: a module is taken out and kept out, and comes back though what keeps it out is still there', {
  skip: mayOverlay ? false : 'needs the right to lay one folder over another',
}, () => {
  const blocked = fileValue('blacklist n_hdlc\ninstall n_hdlc /bin/false\n', '0644');
  const place = '/etc/sysctl.d/modprobe.d/plimsoll-n_hdlc.conf';
  const common = { mitigation: 'm', run: 'r1', reloads: [], probes: [] };
  const any = { any: true } as const;
  const apply = nodeScript({
    ...common,
    action: 'apply',
    changes: new Map([
      [
        '*',
        [
          { step: 'a.0', kind: 'file', key: place, value: blocked, expected: any },
          { step: 'a.1', kind: 'module', key: 'n_hdlc', value: 'absent', expected: any },
        ],
      ],
    ]),
  });
  const node = spawnSync('uname', ['-n'], { encoding: 'utf8' }).stdout.trim();
  const back: readonly NodeChange[] = [
    { step: 'b.1', kind: 'module', key: 'n_hdlc', value: 'loaded', expected: { value: 'absent' } },
    { step: 'b.0', kind: 'file', key: place, expected: { value: blocked } },
  ];
  const backout = nodeScript({ ...common, action: 'backout', changes: new Map([[node, back]]) });
  const lines = inPrivate([
    ...MODPROBE,
    `(${apply})`,
    'ls /sys/module',
    `(${backout})`,
    'ls /sys/module /etc/sysctl.d/modprobe.d',
  ]);
  assert.deepEqual(lines.slice(0, 2).map(read), [
    { step: 'a.0', outcome: 'done', before: '-', after: blocked },
    { step: 'a.1', outcome: 'done', before: 'loaded', after: 'absent' },
  ]);
  assert.deepEqual(
    lines.slice(2, 4).map((line) => read(line).outcome),
    ['done', 'done'],
  );
  assert.deepEqual(lines.slice(4), ['/etc/sysctl.d/modprobe.d:', '', '/sys/module:', 'n_hdlc']);
});
