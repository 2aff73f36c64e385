// Groups of artifacts that their projects publish without a pom.properties, being built by Gradle, Ant or sbt: without the group no advisory can be
// looked up. An artifact counts as known when its name is in a row and its classes are in the row's folder; a version decides where a project moved.
// Each row states what the project publishes on Maven Central.
import { maven } from '../../../versions/maven.ts';

/** One group, or one stretch of its history. */
export interface KnownGroup {
  /** `=` is the group that has the artifact's own name. */
  readonly group: string;
  /** Folder of classes that the archive must have, with a slash at its end. */
  readonly folder: string;
  /** Artifact ids separated by spaces; with `*` at the end, all that begin so. */
  readonly artifacts: string;
  /** First version published under this group. */
  readonly from?: string;
  /** First version published under another one. */
  readonly before?: string;
}

/** In the order in which they are tried. */
export const KNOWN_GROUPS: readonly KnownGroup[] = [
  { group: 'org.springframework.boot', folder: 'org/springframework/boot/', artifacts: 'spring-boot spring-boot-*' },
  { group: 'org.springframework.security', folder: 'org/springframework/security/', artifacts: 'spring-security-*' },
  { group: 'org.springframework.session', folder: 'org/springframework/session/', artifacts: 'spring-session-*' },
  {
    group: 'org.springframework.integration',
    folder: 'org/springframework/integration/',
    artifacts: 'spring-integration-*',
  },
  { group: 'org.springframework.kafka', folder: 'org/springframework/kafka/', artifacts: 'spring-kafka' },
  { group: 'org.springframework.amqp', folder: 'org/springframework/amqp/', artifacts: 'spring-amqp spring-rabbit' },
  {
    group: 'org.springframework',
    folder: 'org/springframework/',
    artifacts:
      'spring-aop spring-aspects spring-beans spring-context spring-context-indexer spring-context-support spring-core spring-expression ' +
      'spring-instrument spring-jcl spring-jdbc spring-jms spring-messaging spring-orm spring-oxm spring-r2dbc spring-test spring-tx spring-web ' +
      'spring-webflux spring-webmvc spring-websocket',
  },
  { group: 'org.apache.tomcat.embed', folder: 'org/apache/', artifacts: 'tomcat-embed-*' },
  { group: 'org.apache.tomcat', folder: 'org/apache/', artifacts: 'tomcat-*' },
  { group: 'org.apache.tomcat', folder: 'javax/', artifacts: 'tomcat-*', before: '10' },
  { group: 'org.apache.tomcat', folder: 'jakarta/', artifacts: 'tomcat-*', from: '10' },
  {
    group: 'org.hibernate',
    folder: 'org/hibernate/',
    artifacts: 'hibernate-core hibernate-entitymanager',
    before: '6',
  },
  { group: 'org.hibernate.orm', folder: 'org/hibernate/', artifacts: 'hibernate-core', from: '6' },
  { group: 'org.jetbrains.kotlin', folder: 'kotlin/', artifacts: 'kotlin-stdlib kotlin-stdlib-* kotlin-reflect' },
  { group: 'com.squareup.okhttp3', folder: 'okhttp3/', artifacts: 'okhttp okhttp-jvm' },
  { group: 'com.squareup.okio', folder: 'okio/', artifacts: 'okio okio-jvm' },
  { group: 'io.projectreactor', folder: 'reactor/core/', artifacts: 'reactor-core' },
  { group: 'io.projectreactor.netty', folder: 'reactor/netty/', artifacts: 'reactor-netty reactor-netty-*' },
  { group: 'com.graphql-java', folder: 'graphql/', artifacts: 'graphql-java' },
  {
    group: 'io.opentelemetry',
    folder: 'io/opentelemetry/',
    artifacts: 'opentelemetry-api opentelemetry-context opentelemetry-sdk opentelemetry-sdk-* opentelemetry-exporter-*',
  },
  { group: 'io.micrometer', folder: 'io/micrometer/', artifacts: 'micrometer-*' },
  { group: 'io.grpc', folder: 'io/grpc/', artifacts: 'grpc-*' },
  { group: 'io.reactivex.rxjava3', folder: 'io/reactivex/rxjava3/', artifacts: 'rxjava' },
  { group: 'com.typesafe.akka', folder: 'akka/', artifacts: 'akka-*' },
  { group: 'org.scala-lang', folder: 'scala/', artifacts: 'scala-library scala-reflect scala-compiler' },
  { group: 'org.codehaus.groovy', folder: 'groovy/', artifacts: 'groovy groovy-*', from: '1.5', before: '4' },
  { group: 'org.apache.groovy', folder: 'groovy/', artifacts: 'groovy groovy-*', from: '4' },
  { group: 'org.apache.kafka', folder: 'org/apache/kafka/', artifacts: 'kafka-* connect-*' },
  { group: 'org.apache.kafka', folder: 'kafka/', artifacts: 'kafka_*' },
  { group: 'org.apache.lucene', folder: 'org/apache/lucene/', artifacts: 'lucene-*' },
  { group: 'org.apache.solr', folder: 'org/apache/solr/', artifacts: 'solr-*' },
  {
    group: 'org.elasticsearch',
    folder: 'org/elasticsearch/',
    artifacts: 'elasticsearch elasticsearch-core elasticsearch-x-content',
  },
  { group: 'org.opensearch', folder: 'org/opensearch/', artifacts: 'opensearch opensearch-core opensearch-x-content' },
  {
    group: 'org.bouncycastle',
    folder: 'org/bouncycastle/',
    artifacts: 'bcprov-* bcpkix-* bcpg-* bcutil-* bctls-* bcmail-* bcjmail-*',
  },
  { group: 'com.h2database', folder: 'org/h2/', artifacts: 'h2' },
  { group: 'mysql', folder: 'com/mysql/', artifacts: 'mysql-connector-java' },
  { group: 'org.postgresql', folder: 'org/postgresql/', artifacts: 'postgresql', from: '9.4' },
  { group: 'hsqldb', folder: 'org/hsqldb/', artifacts: 'hsqldb', before: '1.9' },
  { group: 'org.hsqldb', folder: 'org/hsqldb/', artifacts: 'hsqldb', from: '1.9' },
  { group: 'xerces', folder: 'org/apache/xerces/', artifacts: 'xercesImpl' },
  { group: 'xalan', folder: 'org/apache/xalan/', artifacts: 'xalan' },
  { group: 'dom4j', folder: 'org/dom4j/', artifacts: 'dom4j', before: '2' },
  { group: 'org.dom4j', folder: 'org/dom4j/', artifacts: 'dom4j', from: '2' },
  { group: 'log4j', folder: 'org/apache/log4j/', artifacts: 'log4j', before: '1.3' },
  { group: 'org.apache.velocity', folder: 'org/apache/velocity/', artifacts: 'velocity', from: '1.5', before: '2' },
  { group: 'org.apache.ant', folder: 'org/apache/tools/ant/', artifacts: 'ant', from: '1.7' },
  { group: 'org.mozilla', folder: 'org/mozilla/javascript/', artifacts: 'rhino', from: '1.7' },
  { group: 'junit', folder: 'junit/framework/', artifacts: 'junit', before: '5' },
  {
    group: '=',
    folder: 'org/apache/commons/',
    artifacts:
      'commons-beanutils commons-cli commons-codec commons-collections commons-configuration commons-dbcp commons-digester commons-discovery ' +
      'commons-el commons-fileupload commons-httpclient commons-io commons-jxpath commons-lang commons-logging commons-net commons-pool ' +
      'commons-validator',
  },
];

const FOLDERS = [...new Set(KNOWN_GROUPS.map(({ folder }) => folder))].sort();

/** Every application that Spring Boot packs begins with these classes. */
const LOADER = 'org/springframework/boot/loader/';

/** Which of the folders in the table hold a class. */
export function knownFolders(paths: Iterable<string>): readonly string[] {
  const folders = new Set<string>();
  for (const path of paths) {
    if (path.endsWith('.class') && !path.startsWith(LOADER)) folders.add(path.slice(0, path.lastIndexOf('/') + 1));
  }
  return FOLDERS.filter((folder) => folders.values().some((other) => other.startsWith(folder)));
}

/** The group of an artifact with classes in these folders; undefined when it is in no row. */
export function knownGroup(artifact: string, version: string, folders: readonly string[]): string | undefined {
  const row = KNOWN_GROUPS.find(
    (known) => folders.includes(known.folder) && names(known, artifact) && inTime(known, version),
  );
  return row?.group === '=' ? artifact : row?.group;
}

function names({ artifacts }: KnownGroup, artifact: string): boolean {
  return artifacts
    .split(' ')
    .some((known) => (known.endsWith('*') ? artifact.startsWith(known.slice(0, -1)) : artifact === known));
}

/** A version that Maven does not accept is in no stretch that is bounded. */
function inTime({ from, before }: KnownGroup, version: string): boolean {
  try {
    return (
      (from === undefined || maven.compare(version, from) >= 0) &&
      (before === undefined || maven.compare(version, before) < 0)
    );
  } catch {
    return false;
  }
}
