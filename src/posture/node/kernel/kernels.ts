// The kernel that a node runs and those that are installed for its next boot, with the day on which each came.
// Source: uname(2) release; /boot; rpm -qa with INSTALLTIME; naming of kernels by SUSE, Red Hat and Debian.
import { compareText } from '../../../platform/order.ts';
import { rpm } from '../../../versions/rpm.ts';
import type { NodeFacts } from '../node-facts.ts';

/** A kernel that the next boot may take. */
export interface InstalledKernel {
  /** As `uname -r` prints it when it runs. */
  readonly release: string;
  /** When it was installed, RFC 3339; absent where neither the package manager nor its file tells. */
  readonly since?: string;
  /** How the time is known. */
  readonly sinceFrom?: 'package' | 'file';
}

const IMAGE = /^\/boot\/(?:vmlinuz|vmlinux|Image)-(.+)$/;

/** Release of the running kernel, as `uname -r` prints it; undefined when the evidence does not say. */
export function runningKernel(facts: NodeFacts): string | undefined {
  const told = facts.command('uname', '-s', '-r');
  return told.state === 'there' ? told.value.output.split(' ')[1] : undefined;
}

/** When the node was booted, in seconds since 1970. */
export function bootedAt(facts: NodeFacts): number | undefined {
  const told = facts.command('grep', '^btime ', '/proc/stat');
  const seconds = told.state === 'there' ? /^btime (\d+)/.exec(told.value.output)?.[1] : undefined;
  return seconds === undefined ? undefined : Number(seconds);
}

/** Installed kernels of the same flavour as the given release and newer than it, the oldest first. */
export function newerKernels(facts: NodeFacts, release: string): readonly InstalledKernel[] {
  return kernelsLike(facts, release)
    .filter((kernel) => compareReleases(kernel.release, release) > 0)
    .sort((a, b) => compareReleases(a.release, b.release) || compareText(a.release, b.release));
}

/** Installed kernels of the same flavour as the given release. */
export function kernelsLike(facts: NodeFacts, release: string): readonly InstalledKernel[] {
  const flavour = flavourOf(release);
  return installedKernels(facts).filter((kernel) => flavourOf(kernel.release) === flavour);
}

/** What was read of each node: many checks ask the same. */
const known = new WeakMap<NodeFacts, readonly InstalledKernel[]>();

/** Kernels that have an image in /boot. */
export function installedKernels(facts: NodeFacts): readonly InstalledKernel[] {
  const kernels = known.get(facts) ?? readKernels(facts);
  known.set(facts, kernels);
  return kernels;
}

function readKernels(facts: NodeFacts): readonly InstalledKernel[] {
  const packages = kernelPackages(facts);
  const found = new Map<string, InstalledKernel>();
  for (const { path, type, modified } of facts.files()) {
    const release = IMAGE.exec(path)?.[1];
    if (release === undefined || type === 'directory' || found.has(release)) continue;
    const installed = packages.find((one) => isPackageOf(one, release))?.installed;
    const [seconds, sinceFrom] =
      installed === undefined ? [modified, 'file' as const] : [installed, 'package' as const];
    found.set(release, { release, ...(seconds > 0 ? { since: instant(seconds), sinceFrom } : {}) });
  }
  return [...found.values()];
}

/** Order of releases of one flavour: as rpm orders versions, which fits Debian's too. Negative when `a` is older. */
export function compareReleases(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  // A file in /boot can have any name.
  return isRelease(left) && isRelease(right) ? rpm.compare(left, right) : compareText(left, right);
}

/** `default` of `5.14.21-150400.24.46-default`, `cloud-amd64` of `6.1.0-18-cloud-amd64`; empty on Red Hat, which has the architecture there. */
export function flavourOf(release: string): string {
  const parts = release.split('-');
  const last = parts.findLastIndex((part) => !/^[a-z][a-z0-9_]*$/i.test(part));
  return parts.slice(last + 1).join('-');
}

function isRelease(text: string): boolean {
  return /^\d[\w.+~^]*(?:-[\w.+~^-]*[\w.+~^])?$/.test(text);
}

function numbersOf(release: string): string {
  const flavour = flavourOf(release);
  return flavour === '' ? release : release.slice(0, -flavour.length - 1);
}

interface KernelPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** Seconds since 1970. */
  readonly installed: number;
}

/** Lines of rpm: `kernel-default 5.14.21-150400.24.46.1 x86_64 1680000000 1679000000`. */
function kernelPackages(facts: NodeFacts): readonly KernelPackage[] {
  const lines = facts
    .commands('rpm')
    .filter(({ command }) => command.includes('-qa'))
    .flatMap(({ output }) => output.split('\n'));
  return lines.flatMap((line): readonly KernelPackage[] => {
    const [name, version, architecture, installed] = line.split(' ');
    if (name === undefined || version === undefined || architecture === undefined) return [];
    return /^\d+$/.test(installed ?? '') ? [{ name, version, architecture, installed: Number(installed) }] : [];
  });
}

/** SUSE leaves the last number of the package out of the release and adds the flavour; Red Hat adds the architecture. */
function isPackageOf({ name, version, architecture }: KernelPackage, release: string): boolean {
  if (release === `${version}.${architecture}`) return /^kernel(?:-core)?$/.test(name);
  const numbers = numbersOf(release);
  return name === `kernel-${flavourOf(release)}` && (version === numbers || version.startsWith(`${numbers}.`));
}

function instant(seconds: number): string {
  return new Date(Math.min(seconds, 8.64e12) * 1000).toISOString();
}
