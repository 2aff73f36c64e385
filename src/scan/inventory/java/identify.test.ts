import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identify } from './identify.ts';
import { KNOWN_GROUPS, knownFolders, knownGroup } from './known-groups.ts';
import type { Manifest } from './manifest.ts';
import type { Coordinates } from './properties.ts';

function pom(text: string): Coordinates {
  const [group = '', artifact = '', version = ''] = text.split(':');
  return { group, artifact, version };
}

function words(found: readonly Coordinates[] | undefined): string {
  if (found === undefined) return 'unnamed';
  return found.map(({ group, artifact, version }) => `${group ?? '?'}:${artifact}:${version}`).join(' ');
}

/** Name of the file, its pom.properties, its manifest, and who it is. */
const PARTS: readonly (readonly [string, readonly string[], Manifest, string])[] = [
  ['log4j-core-2.17.1.jar', ['a:b:1', 'org.l:log4j-core:2.17.1'], {}, 'org.l:log4j-core:2.17.1 a:b:1'],
  ['log4j-core.jar', ['a:b:1', 'org.l:log4j-core:2.17.1'], {}, 'org.l:log4j-core:2.17.1 a:b:1'],
  ['org.l.log4j-core-2.17.1.jar', ['a:b:1', 'org.l:log4j-core:2.17.1'], {}, 'org.l:log4j-core:2.17.1 a:b:1'],
  ['epoll-4.1.Final-linux-x86_64.jar', ['a:b:1', 'io.n:epoll:4.1.Final'], {}, 'io.n:epoll:4.1.Final a:b:1'],
  ['c-1.0-20200101.123456-1.jar', ['a:b:1', 'g:c:1.0-SNAPSHOT'], {}, 'g:c:1.0-SNAPSHOT a:b:1'],
  ['wagon-http-shaded-3.5.3.jar', ['a:b:1', 'g:wagon-http:3.5.3'], {}, 'g:wagon-http:3.5.3 a:b:1'],
  ['app.jar', ['g:shop:1.0'], {}, 'g:shop:1.0'],
  [
    'app.jar',
    ['g:shop:1.0-SNAPSHOT'],
    { 'implementation-title': 'shop', 'bundle-version': '1.0.0.SNAPSHOT' },
    'g:shop:1.0-SNAPSHOT',
  ],
  ['jenkins.war', ['g:jenkins-war:2.3'], { 'implementation-version': '2.3' }, 'g:jenkins-war:2.3'],
  ['renamed-1.0.jar', ['g:shop:2.0'], {}, 'g:shop:2.0'],
  [
    'graphql-17.3.jar',
    ['g:guava:30'],
    { 'bundle-symbolicname': 'graphql', 'bundle-version': '17.3.0' },
    '?:graphql:17.3 g:guava:30',
  ],
  [
    'guice.jar',
    ['g:cglib:3.2'],
    { 'bundle-symbolicname': 'com.google.inject;singleton:=true', 'bundle-version': '4.2.3' },
    '?:guice:4.2.3 g:cglib:3.2',
  ],
  ['annotation-1.3-spec.jar', ['g:annotation_1.3_spec:1.3'], {}, 'g:annotation_1.3_spec:1.3'],
  [
    'spring3-core-3.x.jar',
    [],
    { 'implementation-title': 'spring-core', 'implementation-version': '4.3.30.RELEASE' },
    '?:spring3-core-3.x:4.3.30.RELEASE',
  ],
  ['shop-1.0-sources.jar', ['g:shop:1.0'], {}, ''],
  ['shop-1.0-javadoc.jar', [], {}, ''],
  ['jce.jar', [], { 'implementation-title': 'Java Runtime Environment', 'implementation-version': '1.8.0_332' }, ''],
  [
    'jrt-fs.jar',
    [],
    { 'specification-title': 'Java Platform API Specification', 'implementation-version': '17.0.15' },
    '',
  ],
];

for (const [file, poms, manifest, expected] of PARTS) {
  test(`${file} with ${poms.join(', ') || 'no parts'} is ${expected || 'no artifact'}`, () => {
    assert.equal(words(identify(`opt/lib/${file}`, { poms: poms.map(pom), manifest })), expected);
  });
}

/** Name of the file, its manifest, and artifact and version. */
const NAMES: readonly (readonly [string, Manifest, string])[] = [
  ['oro-2.0.8.jar', {}, '?:oro:2.0.8'],
  ['log4j-1.2-api-2.17.1.jar', {}, '?:log4j-1.2-api:2.17.1'],
  [
    'container-1.0-alpha-9-stable-1.jar',
    { 'implementation-version': '1.0-alpha-9-stable-1' },
    '?:container:1.0-alpha-9-stable-1',
  ],
  ['a-1.0-rc-2.jar', {}, '?:a:1.0-rc-2'],
  ['a-1.0-20200101.123456-1.jar', {}, '?:a:1.0-20200101.123456-1'],
  ['a_2.13-3.1.0.jar', {}, '?:a_2.13:3.1.0'],
  ['a-jdk15on-1.69.jar', { 'implementation-version': '1.69.0' }, '?:a-jdk15on:1.69'],
  ['a-3.0.9-indy.jar', { 'bundle-version': '3.0.9' }, '?:a:3.0.9'],
  ['a-31.1-jre.jar', { 'bundle-version': '31.1.0.jre' }, '?:a:31.1-jre'],
  ['commons-1.7.0.jar', { 'implementation-version': '1.6' }, '?:commons:1.7.0'],
  ['a.jar', { 'implementation-version': '1.6', 'bundle-version': '1.6.0' }, '?:a:1.6'],
  ['a.jar', { 'implementation-version': '8.1 0b00 - someone 2021', 'bundle-version': '8.1.0' }, '?:a:8.1.0'],
  ['a.jar', { 'implementation-version': `\${project.version}` }, 'unnamed'],
  ['a-2-api.jar', {}, 'unnamed'],
  ['a.jar', {}, 'unnamed'],
  ['a b-1.0.jar', {}, 'unnamed'],
  ['m-core-1.8.4.jar', { 'implementation-title': 'io.m#m-core;1.8.4' }, 'io.m:m-core:1.8.4'],
  ['search-7.1.jar', { 'implementation-title': 'org.s#server;7.1' }, '?:search:7.1'],
];

for (const [file, manifest, expected] of NAMES) {
  test(`${file} with ${JSON.stringify(manifest)} is ${expected}`, () => {
    assert.equal(words(identify(file, { manifest })), expected);
  });
}

/** Artifacts, a class in them, and the group under which Maven Central has them. */
const KNOWN: readonly (readonly [string, string, string | undefined])[] = [
  ['spring-core-5.3.18', 'org/springframework/core/Ordered', 'org.springframework'],
  ['spring-boot-2.6.6', 'org/springframework/boot/Banner', 'org.springframework.boot'],
  ['spring-boot-admin-server-2.6.6', 'de/codecentric/boot/Admin', undefined],
  ['spring-cloud-2.6.6', 'org/springframework/cloud/A', undefined],
  ['spring-core-5.3.18', 'com/example/A', undefined],
  ['hibernate-core-5.6.7.Final', 'org/hibernate/Session', 'org.hibernate'],
  ['hibernate-core-6.0.0.Final', 'org/hibernate/Session', 'org.hibernate.orm'],
  ['groovy-3.0.10', 'groovy/lang/Closure', 'org.codehaus.groovy'],
  ['groovy-4.0.0', 'groovy/lang/Closure', 'org.apache.groovy'],
  ['tomcat-embed-core-9.0.62', 'org/apache/catalina/Context', 'org.apache.tomcat.embed'],
  ['tomcat-servlet-api-9.0.62', 'javax/servlet/Servlet', 'org.apache.tomcat'],
  ['kafka_2.13-3.1.0', 'kafka/Kafka', 'org.apache.kafka'],
  ['commons-collections-3.2.1', 'org/apache/commons/collections/Bag', 'commons-collections'],
  ['commons-foo-3.2.1', 'org/apache/commons/foo/Bag', undefined],
  ['velocity-1.4', 'org/apache/velocity/Template', undefined],
  ['velocity-1.7', 'org/apache/velocity/Template', 'org.apache.velocity'],
];

for (const [stem, classPath, group] of KNOWN) {
  test(`the group of ${stem} with ${classPath} is ${group ?? 'not known'}`, () => {
    const found = identify(`${stem}.jar`, { folders: knownFolders([`${classPath}.class`]) });
    assert.equal(found?.[0]?.group, group);
  });
}

test('a group before the name is known, too, and not taken for another', () => {
  const folders = knownFolders(['org/springframework/core/Ordered.class']);
  const named = (file: string): string => words(identify(file, { folders }));
  assert.equal(named('org.springframework.spring-core-5.3.18.jar'), 'org.springframework:spring-core:5.3.18');
  assert.equal(named('org.other.spring-core-5.3.18.jar'), '?:org.other.spring-core:5.3.18');
});

test('an application that Spring Boot packed is not a part of Spring Boot', () => {
  assert.deepEqual(knownFolders(['org/springframework/boot/loader/JarLauncher.class']), []);
});

test('a name that no file can have says nothing', () => {
  assert.equal(identify(`${'a-1'.repeat(100)}.jar`, {}), undefined);
  assert.equal(words(identify(`${'a-1'.repeat(100)}.jar`, { poms: [pom('g:a:1')] })), 'g:a:1');
});

test('a file of another name is known by the name of its bundle', () => {
  const manifest = { 'bundle-symbolicname': 'org.apache.tomcat-catalina', 'implementation-version': '9.0.62' };
  const folders = knownFolders(['org/apache/catalina/Context.class']);
  assert.equal(words(identify('catalina.jar', { manifest, folders })), 'org.apache.tomcat:tomcat-catalina:9.0.62');
});

test('the table of groups is well formed, and each row can be found', () => {
  for (const { group, folder, artifacts, from, before } of KNOWN_GROUPS) {
    assert.match(group, /^(?:=|[a-z0-9.-]+)$/);
    assert.match(folder, /^[a-z0-9/]+\/$/);
    const version = from ?? (before === undefined ? '1' : '0');
    for (const artifact of artifacts.split(' ')) {
      const name = artifact.replace('*', 'x');
      assert.ok(knownGroup(name, version, [folder]) !== undefined, `${artifact} ${version}`);
    }
  }
  assert.equal(knownGroup('h2', '1', []), undefined);
  assert.equal(knownGroup('velocity', '(1)', ['org/apache/velocity/']), undefined);
});
