// The collector's functions in every shell and awk that is here: whatever a name, an argument or a file holds comes out as it is, except for secrets.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { findProgram, needsPrograms } from '../../../../test/support/needs.ts';
import { FILE_SHELL } from './file-shell.ts';
import { JSON_SHELL } from './json-shell.ts';
import { REDACT_SHELL } from './redact-shell.ts';
import { RUNTIME_SHELL } from './runtime-shell.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-collector-'));
after(() => rmSync(folder, { recursive: true }));

const FUNCTIONS = `export LC_ALL=C\nmost_bytes=100000\nmost_names=100\n${JSON_SHELL}${FILE_SHELL}${REDACT_SHELL}${RUNTIME_SHELL}\n`;

/** Shells with the tools that they have beside them. */
const SHELLS: readonly (readonly [name: string, shell: readonly string[], tools: Readonly<Record<string, string>>])[] =
  [
    ['dash, mawk', ['dash'], { awk: 'mawk' }],
    ['bash, gawk', ['bash', '--norc'], { awk: 'gawk' }],
    ['dash, the one true awk', ['dash'], { awk: 'original-awk' }],
    [
      'busybox',
      ['busybox', 'sh'],
      { awk: 'busybox', od: 'busybox', stat: 'busybox', head: 'busybox', find: 'busybox', timeout: 'busybox' },
    ],
  ];

for (const [name, [program = '', ...options], tools] of SHELLS) {
  const programs = [program, ...Object.values(tools)];
  describe(name, needsPrograms(...programs), () => {
    const bin = join(folder, name.replaceAll(/\W/g, '-'));
    const prepare = (): void => {
      mkdirSync(bin, { recursive: true });
      for (const [tool, target] of Object.entries(tools)) {
        const found = findProgram(target);
        if (found !== undefined) symlinkSync(found, join(bin, tool));
      }
    };
    prepare();
    /** Runs lines behind the functions; `input` becomes the variable of a file's path, which holds it. */
    const run = (lines: string, input: Uint8Array = new Uint8Array()): string => {
      const { stdout, stderr, status } = spawnSync(program, [...options, '-c', `${FUNCTIONS}${lines}`], {
        input,
        env: { PATH: `${bin}:${process.env['PATH']}` },
        maxBuffer: 2 ** 26,
      });
      assert.equal(stderr.toString(), '');
      assert.equal(status, 0);
      return stdout.toString('latin1');
    };

    test('law: bytes become JSON that gives them back', () => {
      const bytes = fc.oneof(
        fc.uint8Array({ maxLength: 60 }),
        fc.string({ unit: 'binary', maxLength: 30 }).map((text) => new Uint8Array(Buffer.from(text))),
      );
      const given = fc.sample(bytes, 150);
      const edges = [
        'c080',
        'eda080',
        'f4908080',
        'e0',
        'f09f98',
        'c3a4',
        'efbfbf',
        'f0908080',
        '7f00',
        '225c2f',
        'edb280',
      ].map((hex) => new Uint8Array(Buffer.from(hex, 'hex')));
      for (const one of [...given, ...edges]) {
        assert.deepEqual(
          bytesOf(JSON.parse(run('json_bytes', one))),
          Buffer.from(one),
          Buffer.from(one).toString('hex'),
        );
      }
    });

    test('law: names in a list and arguments of a process come out one by one', () => {
      const byte = fc.integer({ min: 1, max: 255 });
      const words = fc.array(fc.array(byte, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 8 });
      for (const list of fc.sample(words, 40)) {
        const input = Buffer.concat(list.map((word) => Buffer.from([...word, 0])));
        const loop = 'escaped_names 100 | while IFS= read -r line; do decoded "$line"; json "$name"; echo; done';
        const lines = run(loop, input).trimEnd().split('\n');
        assert.deepEqual(
          lines.map((line) => bytesOf(JSON.parse(line))),
          list.map((word) => Buffer.from(word)),
        );
        const read: unknown = JSON.parse(run('od -An -v -tu1 | arguments json', input));
        assert.ok(Array.isArray(read));
        assert.equal(read.length, list.length);
      }
    });

    test('arguments: secrets are taken out, paths of flags are told', () => {
      const words = [
        '/usr/local/bin/kube-apiserver',
        '--token=t0ps3cret',
        '--token-auth-file=/etc/tokens',
        '--password',
        't0ps3cret',
        '--config',
        '/etc/a "b"/\u00e4',
        '--use-service-account-credentials=true',
        '--auth-token=jwt,pub-key=/etc/jwt',
        '--etcd-servers=https://user:t0ps3cret@10.0.0.1:2379',
        '--service-account-key-file=/etc/sa.pub',
        '--proxy=http://user:t0p@s3cret@10.0.0.1:1,http://user:t0ps3cret@10.0.0.2/a@b',
        '--pass=t0ps3cret',
        '--empty=',
      ];
      const input = Buffer.from(words.map((word) => `${word}\0`).join(''));
      assert.deepEqual(JSON.parse(run('od -An -v -tu1 | arguments json', input)), [
        words[0],
        '--token=[redacted]',
        words[2],
        words[3],
        '[redacted]',
        ...words.slice(5, 9),
        '--etcd-servers=https://[redacted]@10.0.0.1:2379',
        words[10],
        '--proxy=http://[redacted]@10.0.0.1:1,http://[redacted]@10.0.0.2/a@b',
        '--pass=[redacted]',
        '--empty=',
      ]);
      const paths = run(
        'od -An -v -tu1 | arguments paths | while IFS=" " read -r flag line; do decoded "$line"; printf "%s " "$flag"; json "$name"; echo; done',
        input,
      );
      assert.deepEqual(paths.trimEnd().split('\n'), [
        'token-auth-file "/etc/tokens"',
        'config "/etc/a \\"b\\"/\\u00e4"',
        'service-account-key-file "/etc/sa.pub"',
      ]);
      const environment = Buffer.from(
        'PATH=/bin\0ETCD_NAME=a\0ETCD_INITIAL_CLUSTER_TOKEN=t0ps3cret\0ETCD_CERT_FILE=/x\0',
      );
      assert.deepEqual(JSON.parse(run('od -An -v -tu1 | arguments environment', environment)), [
        'ETCD_NAME=a',
        'ETCD_INITIAL_CLUSTER_TOKEN=[redacted]',
        'ETCD_CERT_FILE=/x',
      ]);
    });

    test('law: an EncryptionConfiguration keeps its structure and none of its secrets, however it is written', () => {
      for (const { document, secrets, text } of fc.sample(configuration, 60)) {
        const kept = run('encryption', Buffer.from(text));
        for (const secret of secrets) assert.ok(!kept.includes(secret), `${secret} in\n${kept}`);
        assert.deepEqual(parse(kept), document, text);
      }
    });

    test('an EncryptionConfiguration that is written to deceive shows nothing', () => {
      for (const text of [
        `secret: &a ${SECRET}\nx: *a\n`,
        `"s\\u0065cret": ${SECRET}\n`,
        `? secret\n: ${SECRET}\n`,
        `keys:\n- name: a\n  secret: |\n    ${SECRET}\n    ${SECRET}\n  other: ${SECRET}\n`,
        `# ${SECRET}\nkind: EncryptionConfiguration # ${SECRET}\n`,
        `secret: !!binary ${SECRET}\n`,
        `secret:\n\n  "${SECRET.slice(0, 20)}\n  ${SECRET.slice(20)}"\n`,
        `name: '${SECRET}\n${SECRET}'\n`,
        `${SECRET}: ${SECRET}\n`,
        `{secret: ${SECRET}, name: [${SECRET}]}`,
        `\tsecret:\t${SECRET}\r\n`,
      ]) {
        const kept = run('encryption', Buffer.from(text));
        assert.ok(!kept.includes(SECRET.slice(0, 12)) && !kept.includes(SECRET.slice(-12)), `${text}\n${kept}`);
      }
    });

    test('configurations lose what stands behind the name of a secret, and nothing else', () => {
      const kept = run('plain', Buffer.from(PLAIN));
      assert.doesNotMatch(kept, /t0ps3cret/);
      assert.deepEqual(parse(run('plain', Buffer.from(KUBELET))), parse(KUBELET));
      assert.match(kept, /\nafter = 1\n[\s\S]*\nExecStart=.*"\[redacted\]"\n[\s\S]*\nlast: 1\n/);
      const sarus =
        '{\n  "securityChecks": true,\n  "OCIBundleDir": "/var/sarus",\n  "token": "t0ps3cret",\n  "x": 1\n}\n';
      assert.deepEqual(JSON.parse(run('plain', Buffer.from(sarus))), { ...JSON.parse(sarus), token: '[redacted]' });
      const short =
        'pass: t0ps3cret\nbypass: 1\nPWD=t0ps3cret\nclient-key-data: t0ps3cret\nurl: http://a:t0p@s3cret@h/\n';
      const shown =
        'pass: "[redacted]"\nbypass: 1\nPWD= "[redacted]"\nclient-key-data: "[redacted]"\nurl: http://[redacted]@h/\n';
      assert.equal(run('plain', Buffer.from(short)), shown);
    });

    test('paths that a configuration names, each once, in whatever form it is written', () => {
      const text = `{"a": "/opt/sarus/1.6/", "b":["/usr/bin/runc","/usr/bin/runc"], "c": "https://h/x"}\n# /not/this\nimagePath=/images\nkey: /etc/a-b_c\n`;
      assert.equal(run('named_paths', Buffer.from(text)), '/opt/sarus/1.6\n/usr/bin/runc\n/images\n/etc/a-b_c\n');
      const many = Array.from({ length: 300 }, (_, at) => `/p${at}\n`).join('');
      assert.match(run('named_paths', Buffer.from(many)), /\n\/p199\n\+\n$/);
    });

    test('options of the kernel and of mounts', () => {
      const line = 'root=/dev/sda spire_join_token=t0ps3cret password="t0ps3cret t0ps3cret x" ro quiet="a b"\n';
      assert.equal(
        run('kernel_options', Buffer.from(line)),
        'root=/dev/sda spire_join_token=[redacted] password=[redacted]   ro quiet="a b"\n',
      );
      const mount = '//h/s /m cifs rw,password=t0ps3cret,vers=3 0 0\n';
      assert.equal(run('mount_options', Buffer.from(mount)), '//h/s /m cifs rw,password=[redacted],vers=3 0 0\n');
    });
  });
}

/** The bytes that a JSON text stands for: lone surrogates U+DC80 to U+DCFF are single bytes. */
function bytesOf(text: string): Buffer {
  const parts: Buffer[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    parts.push(code >= 0xdc80 && code <= 0xdcff ? Buffer.from([code - 0xdc00]) : Buffer.from(character));
  }
  return Buffer.concat(parts);
}

const SECRET = 'c2VjcmV0IGlzIHNlY3VyZSBhbmQgbG9uZyBlbm91Z2g=';

/** Configurations with their secrets, in a form that YAML or JSON can have. */
const configuration = fc
  .record({
    resources: fc.subarray(['secrets', 'configmaps', '*.apps', 'pandas.awesome.bears.example'], { minLength: 1 }),
    keys: fc.array(
      fc.record({
        name: fc.stringMatching(/^[a-z][a-z0-9.-]{0,10}[a-z]$/),
        secret: fc.uint8Array({ minLength: 16, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('base64')),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    provider: fc.constantFrom('aescbc', 'aesgcm', 'secretbox'),
    form: fc.constantFrom('block', 'flow', 'json', 'pretty', 'quoted', 'folded'),
  })
  .map(({ resources, keys, provider, form }) => {
    const made = (secret: (text: string) => string) => ({
      apiVersion: 'apiserver.config.k8s.io/v1',
      kind: 'EncryptionConfiguration',
      resources: [
        {
          resources,
          providers: [
            { [provider]: { keys: keys.map((key) => ({ name: key.name, secret: secret(key.secret) })) } },
            { kms: { apiVersion: 'v2', name: 'kms', endpoint: 'unix:///run/kms.sock', timeout: '3s' } },
            { identity: {} },
          ],
        },
      ],
    });
    const value = made((text) => text);
    const written = {
      block: () => stringify(value),
      flow: () => stringify(value, { collectionStyle: 'flow', lineWidth: 0 }),
      json: () => JSON.stringify(value),
      pretty: () => JSON.stringify(value, undefined, 2),
      quoted: () => stringify(value, { defaultStringType: 'QUOTE_SINGLE', defaultKeyType: 'PLAIN' }),
      folded: () => stringify(value, { lineWidth: 20 }),
    }[form];
    return { document: made(() => '[redacted]'), secrets: keys.map(({ secret }) => secret), text: written?.() ?? '' };
  });

const KUBELET = `apiVersion: kubelet.config.k8s.io/v1beta1
authentication:
  anonymous:
    enabled: false
  webhook:
    cacheTTL: 0s
    enabled: true
  x509:
    clientCAFile: /etc/kubernetes/pki/ca.crt
authorization:
  mode: Webhook
# basic settings
cgroupDriver: systemd
configMapAndSecretChangeDetectionStrategy: Watch
kind: KubeletConfiguration
tlsPrivateKeyFile: /var/lib/kubelet/pki/kubelet.key
`;

const PLAIN = `[plugins."io.containerd.grpc.v1.cri".registry.configs."r".auth]
  username = "u"
  password = """
t0ps3cret
"""
  identitytoken = "t0ps3cret"
after = 1
Environment="KUBELET_EXTRA_ARGS=--bootstrap-token=t0ps3cret \\
  t0ps3cret"
ExecStart=/usr/bin/kubelet --token t0ps3cret
url = https://user:t0ps3cret@registry.example/
authorization = "Basic t0ps3cret"
staticPodURLHeader:
  Authorization:
  - t0ps3cret
tokens: 3
secret:
- t0ps3cret
-----BEGIN PRIVATE KEY-----
t0ps3cret
-----END PRIVATE KEY-----
last: 1
`;
