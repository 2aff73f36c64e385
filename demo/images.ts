// Turns a build of the facts into an image: the shared base layer, a layer of installed and upgraded packages, a layer of npm packages.
import type { DemoBase, DemoFacts, DemoPackage } from './facts.ts';
import { alpineBase, alpinePackages } from './image/alpine.ts';
import type { ImageRecipe } from './image/assemble.ts';
import { debianBase, debianPackages } from './image/debian.ts';
import type { TarEntry } from './image/tar.ts';

/** The recipe of a build. @throws RangeError when the facts have no such build or base. */
export function recipeOf(facts: DemoFacts, name: string): ImageRecipe {
  const build = facts.builds[name];
  const base = build && facts.bases[build.base];
  if (build === undefined || base === undefined) throw new RangeError(`facts.yaml: no build ${name} on a known base`);
  const layers = [baseLayer(base)];
  if (build.packages.length > 0) layers.push(packageLayer(base, build.packages));
  if (build.npm.length > 0) layers.push(npmLayer(name, build.npm));
  return {
    layers,
    config: {
      created: `${build.created}T00:00:00Z`,
      ...(build.user === undefined ? {} : { user: build.user }),
      ...(build.entrypoint === undefined ? {} : { entrypoint: build.entrypoint }),
      env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      labels: { 'org.opencontainers.image.title': name, 'org.opencontainers.image.base.name': build.base },
    },
  };
}

/** All packages of a build's operating system, upgrades applied. */
export function installedPackages(base: DemoBase, added: readonly DemoPackage[]): readonly DemoPackage[] {
  const byName = new Map([...base.packages, ...added].map((item) => [item.name, item]));
  return [...byName.values()];
}

function baseLayer(base: DemoBase): readonly TarEntry[] {
  return base.system === 'alpine' ? alpineBase(base) : debianBase(base);
}

function packageLayer(base: DemoBase, added: readonly DemoPackage[]): readonly TarEntry[] {
  const installed = installedPackages(base, added);
  return base.system === 'alpine' ? alpinePackages(installed) : debianPackages(installed);
}

function npmLayer(application: string, packages: readonly DemoPackage[]): readonly TarEntry[] {
  const dependencies = Object.fromEntries(packages.map((item) => [item.name, item.version]));
  return [
    { path: 'srv/app/package.json', body: JSON.stringify({ name: application, private: true, dependencies }) },
    ...packages.map((item) => ({
      path: `srv/app/node_modules/${item.name}/package.json`,
      body: JSON.stringify({ name: item.name, version: item.version }),
    })),
  ];
}
