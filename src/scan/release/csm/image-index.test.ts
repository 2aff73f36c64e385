import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseImageIndex } from './image-index.ts';

const FILE = 'docker/index.yaml';

test('tags keep their characters, digests and ports are understood, positions are the tags’ lines', () => {
  const text = `# head
quay.io:
  images:
    skopeo/stable:
      - latest
      - 3.10
localhost:5000/stable/:
  tls-verify: false
  images:
    cray-sls: [1.13.0]
    pinned: ["sha256:${'0'.repeat(64)}"]
`;
  const { mentions, lint, gaps } = parseImageIndex(text, FILE);
  assert.deepEqual(
    mentions.map((mention) => [mention.logical, mention.position, mention.source]),
    [
      ['quay.io/skopeo/stable:latest', 'docker/index.yaml:5', FILE],
      ['quay.io/skopeo/stable:3.10', 'docker/index.yaml:6', FILE],
      ['localhost:5000/stable/cray-sls:1.13.0', 'docker/index.yaml:10', FILE],
      [`localhost:5000/stable/pinned@sha256:${'0'.repeat(64)}`, 'docker/index.yaml:11', FILE],
    ],
  );
  assert.deepEqual([lint, gaps], [[], []]);
});

test('an index that is null, has no images or no mapping lists nothing', () => {
  assert.deepEqual(parseImageIndex('# all moved to the charts\n', FILE), { mentions: [], lint: [], gaps: [] });
  assert.deepEqual(parseImageIndex('quay.io:\n  tls-verify: true\nk8s.gcr.io:\n', FILE).mentions, []);
  assert.deepEqual(
    parseImageIndex('- quay.io\n', FILE).gaps.map((gap) => gap.kind),
    ['file-unparsed'],
  );
});

test('what cannot be listed is a gap with its line', () => {
  const text =
    'quay.io:\n  images:\n    org/all:\n    org/none: []\n    org/Wrong: [1]\n    org/nested: [{a: b}]\n  images-by-semver:\n    org/app: ">1"\n';
  const { mentions, gaps } = parseImageIndex(text, FILE);
  assert.deepEqual(mentions, []);
  assert.deepEqual(
    gaps.map((gap) => `${gap.kind} ${gap.location}`),
    ['undecidable line 3', 'undecidable line 4', 'file-unparsed line 5', 'file-unparsed line 6', 'undecidable line 8'],
  );
});

test('a name that stands twice loses no tag, and is a failure when the tags differ', () => {
  const { mentions, lint } = parseImageIndex(
    'r.io:\n  images:\n    a: ["1"]\n    b: ["1"]\n    a: ["2"]\n    b: ["1"]\n',
    FILE,
  );
  assert.deepEqual(
    mentions.map((mention) => mention.logical),
    ['r.io/a:1', 'r.io/b:1', 'r.io/a:2', 'r.io/b:1'],
  );
  assert.deepEqual(
    lint.map((verdict) => [verdict.check, verdict.subject, verdict.verdict, verdict.evidence]),
    [
      ['index-name-twice', 'r.io/a', 'fail', ['docker/index.yaml:3 r.io/a: 1', 'docker/index.yaml:5 r.io/a: 2']],
      ['index-name-twice', 'r.io/b', 'warn', ['docker/index.yaml:4 r.io/b: 1', 'docker/index.yaml:6 r.io/b: 1']],
    ],
  );
});

test('a tag in the place of a list is read as it is written, and flagged', () => {
  const text =
    'quay.io:\n  images:\n    a/b: "1.0"\n    a/c: 1.10\n    a/d: 0x10\n    a/e: 2024-01-02\n    a/f: true\n';
  const { mentions, lint, gaps } = parseImageIndex(text, FILE);
  assert.deepEqual(
    mentions.map((mention) => mention.logical),
    ['quay.io/a/b:1.0', 'quay.io/a/c:1.10', 'quay.io/a/d:0x10', 'quay.io/a/e:2024-01-02', 'quay.io/a/f:true'],
  );
  assert.deepEqual(gaps, []);
  assert.equal(lint.length, 5);
  assert.deepEqual(
    [lint[0]?.check, lint[0]?.verdict, lint[0]?.evidence],
    ['index-tag-not-in-list', 'warn', ['docker/index.yaml:3 quay.io/a/b: 1.0']],
  );
});

test('what is no list of tags, and no mapping of images, is a gap and not an empty list', () => {
  const text = 'quay.io:\n  images:\n    a/b: {tag: 1}\nr.io:\n  images: [a/b]\ns.io: a/b\nt.io:\n  images:\n';
  const { mentions, gaps } = parseImageIndex(text, FILE);
  assert.deepEqual(mentions, []);
  assert.deepEqual(
    gaps.map((gap) => `${gap.kind} ${gap.location}`),
    ['file-unparsed line 3', 'file-unparsed line 4', 'file-unparsed line 6'],
  );
});

test('a name in two spellings keeps both as they are written', () => {
  const { mentions } = parseImageIndex('docker.io:\n  images:\n    alpine: ["3"]\n    library/alpine: ["3"]\n', FILE);
  assert.deepEqual(
    mentions.map(({ logical, written }) => [logical, written]),
    [
      ['docker.io/library/alpine:3', 'docker.io/alpine:3'],
      ['docker.io/library/alpine:3', undefined],
    ],
  );
});
