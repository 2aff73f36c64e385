// A made-up assessment of any size, for measuring outputs: images on a few bases that share packages and vulnerabilities the way real
// releases do. The same numbers give the same assessment.
import { type Digest, digestOf } from '../src/platform/canonical.ts';
import { compareText } from '../src/platform/order.ts';
import { SEVERITY_LEVELS, type SeverityLevel } from '../src/scan/advisory/advisory.ts';
import type { AssessedImage, Assessment, Finding } from '../src/scan/assess/assessment.ts';
import type { Package } from '../src/scan/inventory/package.ts';

const BASES = 12;
const PACKAGES_PER_BASE = 350;
/** Shares of critical, high, medium, low, negligible, unknown in percent, near what releases publish. */
const SHARES = [1, 4, 41, 48, 4, 2] as const;

/** An assessment of so many images and findings. Severities, bases and packages come from a fixed generator. */
export function largeAssessment(imageCount: number, findingCount: number): Assessment {
  const random = generator(97);
  const bases = Array.from({ length: BASES }, (_, base) => basePackages(base));
  const images = Array.from({ length: imageCount }, (_, number) => assessedImage(number));
  const perImage = Math.ceil(findingCount / imageCount);
  const vulnerabilities = Array.from({ length: BASES }, (_, base) =>
    Array.from({ length: perImage * 2 }, (_, number) => vulnerability(base, number, random)),
  );
  const findings: Finding[] = [];
  for (const [number, image] of images.entries()) {
    const base = number % BASES;
    const wanted = Math.min(perImage, findingCount - findings.length);
    const first = Math.floor(random() * perImage);
    for (let index = 0; index < wanted; index += 1) {
      const found = vulnerabilities[base]?.[first + index];
      const installed = bases[base]?.[(first + index) % PACKAGES_PER_BASE];
      if (found !== undefined && installed !== undefined) findings.push(finding(image, installed, found));
    }
  }
  return {
    id: digestOf(`large ${imageCount} ${findingCount}`),
    release: { name: 'large', version: '1.0.0', target: 'csm:large' },
    charts: [],
    lint: [],
    advisorySet: { id: digestOf('set'), builtAt: '2022-04-05T12:00:00Z', starter: false, feeds: [] },
    statements: digestOf('[]'),
    severityPolicy: 'vendor-cvss-nvd',
    asOf: '2022-04-06',
    images,
    inventories: images.map((image) => ({
      digest: digestOfImage(image),
      cataloguers: ['dpkg@1'],
      platform: image.platform,
      gaps: [],
    })),
    packages: images.flatMap((image, number) =>
      (bases[number % BASES] ?? []).map((installed) => ({ ...installed, image: digestOfImage(image) })),
    ),
    findings: findings.sort((a, b) => compareText(a.slot, b.slot) || compareText(a.vulnerability, b.vulnerability)),
    gaps: [],
  };
}

interface Vulnerability {
  readonly id: string;
  readonly severity: SeverityLevel;
  readonly fixed: boolean;
  readonly epss: number;
}

function vulnerability(base: number, number: number, random: () => number): Vulnerability {
  let point = random() * 100;
  const index = SHARES.findIndex((share) => {
    point -= share;
    return point < 0;
  });
  const year = 2012 + Math.floor(random() * 11);
  return {
    id: `CVE-${year}-${10_000 + base * 1000 + number}`,
    severity: SEVERITY_LEVELS[index] ?? 'unknown',
    fixed: random() < 0.4,
    epss: Math.round(random() ** 4 * 10_000) / 10_000,
  };
}

function basePackages(base: number): readonly Package[] {
  return Array.from({ length: PACKAGES_PER_BASE }, (_, number) => {
    const name = `lib${String.fromCharCode(97 + (number % 26))}component-${number}`;
    const version = `${1 + (number % 9)}.${base}.${number}-1+deb11u${number % 4}`;
    return {
      purl: `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=amd64&distro=debian-11`,
      type: 'deb',
      name,
      version,
      scheme: 'deb',
      namespace: 'debian:11',
      location: { layer: digestOf(`layer ${base}`), path: 'var/lib/dpkg/status' },
    };
  });
}

function assessedImage(number: number): AssessedImage {
  const repository = `registry.example/team-${number % 17}/component-${String(number).padStart(3, '0')}`;
  return {
    slot: `${repository}|linux/amd64`,
    logical: `${repository}:1.${number}.0`,
    physical: `mirror.example/${repository}@${digestOf(repository)}`,
    digest: digestOf(repository),
    platform: 'linux/amd64',
    origin: 'own',
    charts: [`platform/component-${number}:1.${number}.0`],
    os: { id: 'debian', version: '11' },
    packages: PACKAGES_PER_BASE,
    gaps: [],
  };
}

function digestOfImage(image: AssessedImage): Digest {
  return image.digest ?? digestOf(image.slot);
}

function finding(image: AssessedImage, installed: Package, found: Vulnerability): Finding {
  return {
    slot: image.slot,
    vulnerability: found.id,
    aliases: [],
    severity: found.severity,
    severitySource: 'nvd:nvd',
    rawSeverity: found.severity,
    package: installed.name,
    purl: installed.purl,
    version: installed.version,
    ...(found.fixed && { fixedIn: `${installed.version}.1` }),
    fixState: found.fixed ? 'fixed' : 'not-fixed',
    image: digestOfImage(image),
    layer: installed.location.layer,
    location: installed.location.path,
    kev: found.epss > 0.95,
    epss: found.epss,
    advisories: [`debian-tracker/${found.id}`],
  };
}

/** A linear congruential generator (Numerical Recipes' constants): enough for shapes, the same on every machine. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
