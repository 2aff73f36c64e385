// Rust programs that were built with `cargo auditable`: the crates that they were built from, as it wrote them into the program.
import type { Catalogue, Cataloguer, LocatedFact } from '../cataloguer.ts';
import { ELF_MAGIC } from '../elf/head.ts';
import { programStream } from '../elf/program.ts';
import { languagePackage } from '../language-package.ts';
import { layersSince } from '../layers-since.ts';
import type { Package } from '../package.ts';
import type { Crate, RustProgram } from './audit-data.ts';
import { planProgram } from './read.ts';

/** The smallest programs that are linked with audit data have some ten kB. */
const MIN_BYTES = 4096;

/** Reads the audit data of every ELF program. */
export const cargo: Cataloguer = {
  id: 'cargo',
  version: 2,
  title: 'Crates that Rust programs are built from, where cargo auditable built them',
  reads: [],
  content: {
    magics: [ELF_MAGIC],
    minBytes: MIN_BYTES,
    open: ({ size }) => programStream(size, planProgram),
  },
  packages: catalogue,
};

function catalogue(facts: readonly LocatedFact[]): Catalogue {
  const problems = facts.flatMap(({ path, layer, data }) => {
    const { undecidable } = data as RustProgram;
    return undecidable === undefined
      ? []
      : [{ path, layer, kind: 'undecidable' as const, reason: `cargo: ${undecidable}` }];
  });
  return { packages: facts.flatMap(packagesOf), problems };
}

function packagesOf(fact: LocatedFact): readonly Package[] {
  const since = layersSince(fact, (data) => cratesOf(data).keys());
  return [...cratesOf(fact.data)].map(([key, { name, version }]) =>
    languagePackage({ type: 'cargo', name, version }, { layer: since.get(key) ?? fact.layer, path: fact.path }),
  );
}

function cratesOf(data: unknown): ReadonlyMap<string, Crate> {
  return new Map((data as RustProgram).crates.map((crate) => [`${crate.name}@${crate.version}`, crate]));
}
