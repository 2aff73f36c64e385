// A made-up portfolio of images and the advisories on them, of any size; the same numbers give the same portfolio. Its shapes are drawn from
// published data: images a base, kinds of bases and findings an image from the CSM scan status of 2022-04-06 (192 images on 54 bases; half of
// the images have at most 1 finding, a quarter more than 72, a tenth more than 425), packages of a base from minimal Alpine (14) and Debian 12 (88)
// roots, records a name as in Debian's announcements, where few names have most. Names, versions and advisories are about nothing real.
import { type Digest, digestOf } from '../src/platform/canonical.ts';
import type { Advisory, SeverityLevel } from '../src/scan/advisory/advisory.ts';
import type { SetRecords } from '../src/scan/advisory/set/memory.ts';
import type { AssessInput } from '../src/scan/assess/assess.ts';
import type { Package } from '../src/scan/inventory/package.ts';

const LINUX = 'linux/amd64';
export const POLICY = 'vendor-then-cvss-then-nvd';
/** CSM: 54 bases under 192 images of a release; a portfolio of many releases reuses them. */
const BASES = 60;
const EPOCH = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;

interface Family {
  readonly namespace: string;
  readonly os: { readonly id: string; readonly version: string };
  readonly type: 'apk' | 'deb' | 'rpm';
  readonly feed: string;
  /** Share of the images. */
  readonly share: number;
  readonly packages: readonly [least: number, most: number];
  /** Vulnerabilities that an installed package has, on average. */
  readonly vulnerabilities: number;
}

const FAMILIES: readonly Family[] = [
  {
    namespace: 'alpine:3.15',
    os: { id: 'alpine', version: '3.15.4' },
    type: 'apk',
    feed: 'alpine-secdb',
    share: 0.62,
    packages: [14, 60],
    vulnerabilities: 0.02,
  },
  {
    namespace: 'debian:12',
    os: { id: 'debian', version: '12' },
    type: 'deb',
    feed: 'debian-tracker',
    share: 0.18,
    packages: [88, 220],
    vulnerabilities: 0.6,
  },
  {
    namespace: 'rocky:9',
    os: { id: 'rocky', version: '9' },
    type: 'rpm',
    feed: 'rpm-updateinfo',
    share: 0.21,
    packages: [150, 250],
    vulnerabilities: 1.6,
  },
];
/** Names of an application's packages, vulnerabilities of one, and how many an image may have. */
const APPLICATION = { names: 6_000, vulnerabilities: 0.08, most: 300 } as const;
const SOURCES = 600;
const LEVELS: readonly SeverityLevel[] = ['low', 'low', 'low', 'medium', 'medium', 'medium', 'high', 'critical'];

/** A generator of numbers from 0 to 1: linear congruential with Numerical Recipes' constants, enough for shapes. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The day as an ISO date. */
export function dateOf(day: number): string {
  return new Date(EPOCH + day * DAY_MS).toISOString().slice(0, 10);
}

/** Release number `release` of the portfolio: `count` images, none of which another release has; bases are shared by all. */
export function releaseInput(release: number, count: number): Omit<AssessInput, 'set' | 'asOf'> {
  const numbers = Array.from({ length: count }, (_, index) => release * count + index);
  return {
    release: {
      name: `product-${release % 8}`,
      version: `${1 + Math.floor(release / 8)}.0`,
      target: `csm:product-${release}`,
      charts: [],
      lint: [],
      gaps: [],
    },
    images: numbers.map((number) => ({
      logical: `registry.example/team-${number % 17}/component-${number}:1.0`,
      physical: `mirror.example/component-${number}@${imageDigest(number)}`,
      digest: imageDigest(number),
      platform: LINUX,
      origin: number % 5 === 0 ? 'third-party' : 'own',
      charts: [`chart-${number % 40}`],
      gaps: [],
    })),
    inventories: numbers.map((number) => {
      const { os, packages } = BASE_IMAGES[baseOf(number)] ?? { os: { id: 'none', version: '' }, packages: [] };
      return {
        image: imageDigest(number),
        platform: LINUX,
        os,
        packages: [...packages, ...application(number)].sort(byTypeAndName),
        gaps: [],
        cataloguers: ['apk@1', 'dpkg@1', 'npm@1', 'rpm@1'],
        config: { created: '2025-12-01T00:00:00Z' },
      };
    }),
    severityPolicy: POLICY,
  };
}

/** What is known of the portfolio's packages, day after day. `share` below 1 leaves most names without advisories: for quick runs. */
export class KnownAdvisories {
  readonly #random = generator(7);
  readonly #byName = new Map<string, Advisory[]>();
  #day = 0;
  #count = 0;

  constructor(share: number) {
    for (const family of FAMILIES) {
      for (let source = 0; source < SOURCES * share; source += 1)
        this.#begin(family.feed, family.namespace, `source-${source}`, family.vulnerabilities * 2);
    }
    for (let name = 0; name < APPLICATION.names * share; name += 1)
      this.#begin('osv', 'npm', `module-${name}`, APPLICATION.vulnerabilities);
  }

  /** Lets a day pass on which advisories on so many names come, are rescored, or get a fix. */
  pass(names: number): void {
    this.#day += 1;
    const keys = [...this.#byName.keys()];
    const chosen = new Set<string>();
    while (chosen.size < Math.min(names, keys.length)) chosen.add(keys[Math.floor(this.#random() * keys.length)] ?? '');
    for (const key of chosen) {
      const records = this.#byName.get(key) ?? [];
      const [feed = '', namespace = '', name = ''] = key.split(' ');
      const [first, ...others] = records;
      const change = this.#random();
      if (first === undefined || change < 0.6) records.push(this.#record(feed, namespace, name, true));
      else if (change < 0.8) this.#byName.set(key, [{ ...first, severities: this.#severities(feed) }, ...others]);
      else this.#byName.set(key, [{ ...first, ranges: [{ fixed: '9.9.9' }], fixState: 'fixed' }, ...others]);
    }
  }

  /** The records of the day. Probabilities of a third of the vulnerabilities are new every day. */
  records(): SetRecords {
    const advisories = [...this.#byName.values()].flat();
    const epss: Record<string, number> = {};
    for (const { id } of advisories) {
      const number = Number(id.slice(id.lastIndexOf('-') + 1));
      const edition = Math.floor((this.#day + (number % 3)) / 3);
      epss[id] = Math.round(generator(number * 31 + edition)() ** 4 * 100_000) / 100_000;
    }
    return { advisories, epss };
  }

  #begin(feed: string, namespace: string, name: string, average: number): void {
    // Most names have few records, some very many: the square of a uniform number, three times, has the average of one.
    const holding = Math.floor(3 * average * this.#random() ** 2 + this.#random());
    const old = Math.floor(12 * this.#random() ** 3);
    const records = Array.from({ length: holding + old }, (_, index) =>
      this.#record(feed, namespace, name, index < holding),
    );
    this.#byName.set(`${feed} ${namespace} ${name}`, records);
  }

  #record(feed: string, namespace: string, name: string, holds: boolean): Advisory {
    this.#count += 1;
    const fixed = this.#random() < 0.4;
    return {
      feed,
      id: `CVE-${2015 + (this.#count % 11)}-${100_000 + this.#count}`,
      aliases: feed === 'osv' ? [`GHSA-${ghsaPart(this.#count)}-aaaa-aaaa`] : [],
      related: [],
      namespace,
      package: name,
      status: 'affected',
      ranges: holds ? (fixed ? [{ fixed: '9.9.9' }] : []) : [{ fixed: '0.1.0' }],
      fixState: holds && !fixed ? 'not-fixed' : 'fixed',
      severities: this.#severities(feed),
    };
  }

  #severities(feed: string): Advisory['severities'] {
    const level = LEVELS[Math.floor(this.#random() * LEVELS.length)] ?? 'low';
    return [{ kind: 'vendor', source: feed, raw: level, level }];
  }
}

function ghsaPart(number: number): string {
  return number.toString(36).padStart(4, '2').slice(-4);
}

function imageDigest(number: number): Digest {
  return digestOf(`image ${number}`);
}

interface BaseImage {
  readonly os: Family['os'];
  readonly packages: readonly Package[];
}

const BASE_IMAGES: readonly BaseImage[] = Array.from({ length: BASES }, (_, number) => baseImage(number));

/** A few bases carry most images. */
function baseOf(image: number): number {
  return Math.floor(BASES * generator(image * 2_654_435_761)() ** 2);
}

function baseImage(number: number): BaseImage {
  const random = generator(number + 1);
  const family = familyOf(number);
  const [least, most] = family.packages;
  const count = Math.round(least + random() * (most - least));
  const layer = digestOf(`base ${number}`);
  const packages = Array.from({ length: count }, (_, index): Package => {
    const version = `1.${number % 5}.${index % 9}-r${number % 3}`;
    const name = `package-${String(index).padStart(3, '0')}`;
    return {
      purl: `pkg:${family.type}/${family.os.id}/${name}@${version}?arch=x86_64&distro=${family.os.id}-${family.os.version}`,
      type: family.type,
      name,
      version,
      scheme: family.type,
      source: { name: `source-${Math.floor(index / 2) % SOURCES}`, version },
      namespace: family.namespace,
      location: { layer, path: family.type === 'apk' ? 'lib/apk/db/installed' : 'var/lib/packages' },
    };
  });
  return { os: family.os, packages };
}

/** The golden ratio spreads the families evenly over the numbers. */
function familyOf(number: number): Family {
  let place = (number * 0.618_034) % 1;
  for (const family of FAMILIES) {
    place -= family.share;
    if (place < 0) return family;
  }
  throw new TypeError('the shares of the families do not add to 1');
}

/** The image's own layer: a third of the images have none of these packages, a few very many; popular names are in many images. */
function application(image: number): readonly Package[] {
  const random = generator(image * 40_503 + 11);
  const count = random() < 1 / 3 ? 0 : Math.floor(APPLICATION.most * random() ** 2);
  const layer = digestOf(`application ${image}`);
  const names = new Set<number>();
  for (let index = 0; index < count; index += 1) names.add(Math.floor(APPLICATION.names * random() ** 2));
  return [...names].map((number): Package => {
    const version = `${1 + (image % 3)}.${number % 10}.0`;
    return {
      purl: `pkg:npm/module-${number}@${version}`,
      type: 'npm',
      name: `module-${number}`,
      version,
      scheme: 'npm',
      namespace: 'npm',
      location: { layer, path: `app/node_modules/module-${number}/package.json` },
    };
  });
}

function byTypeAndName(a: Package, b: Package): number {
  return a.type < b.type ? -1 : a.type > b.type ? 1 : a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
