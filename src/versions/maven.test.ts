import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findProgram } from '../../test/support/needs.ts';
import { askProgram, assertAgrees, assertLines, samplePairs, versionsOf } from './testing/differential.ts';

const PIECES = [
  '0',
  '1',
  '10',
  '00',
  '.',
  '-',
  '.0',
  '-0',
  '.1',
  '-1',
  '_',
  '+',
  'a',
  'b1',
  'm',
  '-alpha',
  'BETA',
  '.rc',
  'cr',
  '-SNAPSHOT',
  '.ga',
  '-final',
  'release',
  'sp',
  '-foo',
  '.x',
  'jre8',
];
const VERSIONS = versionsOf(['0', '1', '1.0', '2.0.0', '1-1', 'x', '.1', '10'], PIECES, 6);
/** Where Linux distributions and the Maven project itself put the library. */
const JARS = ['/usr/share/java/maven3-artifact.jar', '/usr/share/maven/lib/maven-artifact-3.x.jar'];
const COMMONS = '/usr/share/java/commons-lang3.jar';
const PROGRAM = `
import java.io.*;
import org.apache.maven.artifact.versioning.ComparableVersion;
public class Ask {
  public static void main(String[] args) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    StringBuilder out = new StringBuilder();
    for (String line; (line = in.readLine()) != null;) {
      String[] v = line.split("\\t", -1);
      out.append(Integer.signum(new ComparableVersion(v[0]).compareTo(new ComparableVersion(v[1])))).append("\\n");
    }
    System.out.print(out);
  }
}`;

function needsMaven(): { skip: string | false } {
  if (findProgram('java') === undefined || spawnSync('javac', ['-version']).status !== 0)
    return { skip: 'needs a JDK' };
  return { skip: JARS.some((jar) => existsSync(jar)) ? false : 'needs the library maven-artifact' };
}

test('maven: agrees with ComparableVersion', needsMaven(), () => {
  const folder = mkdtempSync(join(tmpdir(), 'maven-versions-'));
  try {
    writeFileSync(join(folder, 'Ask.java'), PROGRAM);
    const pairs = samplePairs(VERSIONS, PIECES, 8_000);
    const jar = JARS.find((path) => existsSync(path)) ?? '';
    assertAgrees('maven', pairs, askProgram('java', ['-cp', `${jar}:${COMMONS}`, join(folder, 'Ask.java')], pairs));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('maven: order of qualifiers', () => {
  const versions = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp', 'abc', 'xyz', '1'].map((q) =>
    q === '' ? '1' : `1-${q}`,
  );
  for (const [i, older] of versions.entries()) {
    assertLines(
      'maven',
      versions.slice(i + 1).map((newer) => `${older} < ${newer}`),
    );
  }
});

test('maven: rules', () => {
  assertLines('maven', [
    '1 = 1.0.0',
    '1.0-ga = 1',
    '1.0.Final = 1.0',
    '1-a1 = 1-alpha-1',
    '1.0-cr2 = 1.0-rc2',
    '1.0.RC2 < 1.0-RC3',
    '1.0-RC3 < 1.0.1',
    '1-sp < 1-1',
    '1-1 < 1.1',
    '2.0-beta9 < 2.0',
    '30.0-android < 30.0-jre',
    '1.99999999999999999999 < 1.100000000000000000000',
    'invalid: [1.0,2.0)',
    'invalid: 1.0 SNAPSHOT',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what an unresolved Maven property looks like
    'invalid: ${project.version}',
  ]);
});
