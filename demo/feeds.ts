// Writes the advisory feeds as their publishers would have given them on a day: Alpine secdb, Debian tracker, OSV, KEV.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compareText } from '../src/platform/order.ts';
import type { DemoFacts } from './facts.ts';

/** A feed's id and the file or folder that it was written to, as `advisories build --feed ID=PATH` takes them. */
export type WrittenFeed = readonly [id: string, path: string];

/** Writes what the feeds said on the day. */
export function writeFeeds(folder: string, facts: DemoFacts, day: string): readonly WrittenFeed[] {
  for (const branch of alpineBranches(facts)) {
    writeJson(join(folder, 'alpine-secdb', branch, 'main.json'), alpineSecdb(facts, branch, day));
  }
  writeFileSync(join(folder, 'alpine-secdb', 'last-update'), `${day}T00:00:00Z\n`);
  writeJson(join(folder, 'debian-tracker.json'), debianTracker(facts, day));
  for (const record of osvRecords(facts, day)) writeJson(join(folder, 'osv', `${record.id}.json`), record);
  writeJson(join(folder, 'kev.json'), kevCatalogue(facts, day));
  return [
    ['alpine-secdb', join(folder, 'alpine-secdb')],
    ['debian-tracker', join(folder, 'debian-tracker.json')],
    ['osv', join(folder, 'osv')],
    ['kev', join(folder, 'kev.json')],
  ];
}

function writeJson(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(value, undefined, 1)}\n`);
}

function alpineBranches(facts: DemoFacts): readonly string[] {
  return [...new Set(alpineFixes(facts).flatMap((fix) => Object.keys(fix.fixed)))].sort();
}

function alpineFixes(facts: DemoFacts) {
  return facts.alpine.flatMap((fact) => fact.fixes.map((fix) => ({ package: fact.package, ...fix })));
}

/** https://secdb.alpinelinux.org/BRANCH/main.json */
function alpineSecdb(facts: DemoFacts, branch: string, day: string): unknown {
  const packages = new Map<string, Record<string, string[]>>();
  for (const fix of alpineFixes(facts)) {
    const version = fix.fixed[branch];
    if (version === undefined || fix.since > day) continue;
    const secfixes = packages.get(fix.package) ?? {};
    secfixes[version] = [...(secfixes[version] ?? []), ...fix.ids];
    packages.set(fix.package, secfixes);
  }
  return {
    apkurl: '{{urlprefix}}/{{distroversion}}/{{reponame}}/{{arch}}/{{pkg.name}}-{{pkg.ver}}.apk',
    archs: ['x86_64'],
    reponame: 'main',
    urlprefix: 'https://dl-cdn.alpinelinux.org/alpine',
    distroversion: branch,
    packages: [...packages]
      .sort(([a], [b]) => compareText(a, b))
      .map(([name, secfixes]) => ({ pkg: { name, secfixes } })),
  };
}

/** https://security-tracker.debian.org/tracker/data/json: source package, then CVE, then release. */
function debianTracker(facts: DemoFacts, day: string): unknown {
  const tracker: Record<string, Record<string, unknown>> = {};
  for (const fact of facts.debian) {
    const state = stateOn(fact, day);
    if (state === undefined) continue;
    const urgency = fact.urgency ?? 'not yet assigned';
    const bullseye =
      state.fixed === undefined
        ? {
            status: 'open',
            repositories: {},
            urgency,
            ...(state.nodsa === undefined ? {} : { nodsa: state.nodsa, nodsa_reason: state.reason ?? '' }),
          }
        : { status: 'resolved', repositories: { bullseye: state.fixed }, fixed_version: state.fixed, urgency };
    tracker[fact.package] = { ...tracker[fact.package], [fact.id]: { scope: 'remote', releases: { bullseye } } };
  }
  return tracker;
}

function stateOn(fact: DemoFacts['debian'][number], day: string) {
  return fact.states.findLast((state) => state.since <= day);
}

interface OsvRecord {
  readonly id: string;
  readonly [field: string]: unknown;
}

/** OSV schema 1.7: GitHub's npm records, and the Alpine and Debian records with NVD's vectors, one for each CVE. */
function osvRecords(facts: DemoFacts, day: string): readonly OsvRecord[] {
  const npm = facts.npm
    .filter((fact) => fact.since <= day)
    .map((fact) => ({
      schema_version: '1.7.0',
      id: fact.id,
      modified: `${fact.since}T00:00:00Z`,
      published: `${fact.since}T00:00:00Z`,
      aliases: [fact.cve],
      severity: [{ type: 'CVSS_V3', score: fact.cvss }],
      affected: fact.ranges.map((range) => affected('npm', fact.package, range.introduced, range.fixed)),
      references: [{ type: 'WEB', url: fact.source }],
      database_specific: { severity: fact.severity, github_reviewed: true },
    }));
  return [...npm, ...distributionRecords(facts, day)];
}

interface DistributionRecord {
  since: string;
  readonly source: string;
  readonly affected: unknown[];
}

function distributionRecords(facts: DemoFacts, day: string): readonly OsvRecord[] {
  const records = new Map<string, DistributionRecord>();
  const add = (id: string, since: string, source: string, part: unknown): void => {
    const record = records.get(id) ?? { since, source, affected: [] };
    if (since > record.since) record.since = since;
    record.affected.push(part);
    records.set(id, record);
  };
  for (const fact of facts.alpine) {
    for (const fix of fact.fixes.filter(({ since }) => since <= day)) {
      for (const [branch, version] of Object.entries(fix.fixed).filter(([, version]) => version !== '0')) {
        const part = affected(`Alpine:${branch}`, fact.package, '0', version);
        for (const id of fix.ids) add(`ALPINE-${id}`, fix.since, `https://security.alpinelinux.org/vuln/${id}`, part);
      }
    }
  }
  for (const fact of facts.debian) {
    const state = stateOn(fact, day);
    if (state === undefined) continue;
    const part = affected('Debian:11', fact.package, '0', state.fixed);
    const urgency = fact.urgency ?? 'not yet assigned';
    add(`DEBIAN-${fact.id}`, state.since, fact.source, { ...part, ecosystem_specific: { urgency } });
  }
  return [...records]
    .sort(([a], [b]) => compareText(a, b))
    .map(([id, record]) => {
      const cve = id.slice(id.indexOf('-') + 1);
      const vector = facts.cvss[cve];
      const published = facts.published[cve];
      return {
        schema_version: '1.7.0',
        id,
        modified: `${record.since}T00:00:00Z`,
        ...(published === undefined ? {} : { published: `${published}T00:00:00Z` }),
        upstream: [cve],
        ...(vector === undefined ? {} : { severity: [{ type: 'CVSS_V3', score: vector }] }),
        affected: record.affected,
        references: [{ type: 'ADVISORY', url: record.source }],
      };
    });
}

function affected(ecosystem: string, name: string, introduced: string, fixed: string | undefined) {
  const events = [{ introduced }, ...(fixed === undefined ? [] : [{ fixed }])];
  return { package: { ecosystem, name }, ranges: [{ type: 'ECOSYSTEM', events }] };
}

/** https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json */
function kevCatalogue(facts: DemoFacts, day: string): unknown {
  const entries = Object.entries(facts.kev.added).filter(([, added]) => added <= day);
  return {
    title: 'CISA Catalog of Known Exploited Vulnerabilities',
    catalogVersion: day.replaceAll('-', '.'),
    dateReleased: `${day}T00:00:00.000Z`,
    count: entries.length,
    vulnerabilities: entries.map(([cveID, dateAdded]) => ({ cveID, dateAdded })),
  };
}
