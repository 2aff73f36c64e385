// Go programs: the standard library and the modules that they were built from, as the linker wrote them into every program.
import type { Cataloguer } from '../cataloguer.ts';
import { ELF_MAGIC } from '../elf/head.ts';
import { programStream } from '../elf/program.ts';
import { catalogueGo } from './packages.ts';
import { planProgram } from './read.ts';

/** The smallest programs that Go's linker makes have half a megabyte. */
const MIN_BYTES = 64 * 1024;

/** Reads the build information of every ELF program. */
export const go: Cataloguer = {
  id: 'go',
  version: 1,
  title: 'Modules and standard library that Go programs are built from',
  reads: [],
  content: {
    magics: [ELF_MAGIC],
    minBytes: MIN_BYTES,
    open: ({ size }) => programStream(size, planProgram),
  },
  packages: catalogueGo,
};
