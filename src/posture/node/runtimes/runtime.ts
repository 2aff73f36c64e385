// The container runtimes that users of an HPC system start themselves: which are on a node, by their programs and configurations.
import type { Found, NodeFacts } from '../node-facts.ts';

/** A runtime by its name. */
export type Runtime = 'charliecloud' | 'sarus' | 'shifter' | 'apptainer' | 'podman-hpc' | 'enroot';

interface RuntimeTrace {
  readonly runtime: Runtime;
  /** Its programs, wherever they are installed. */
  readonly programs: RegExp;
  /** Its main configuration; the runtime is taken to be there where it is. */
  readonly configuration?: RegExp;
  /** The command that the collector asks for its version. */
  readonly version: readonly string[];
}

const TRACES: readonly RuntimeTrace[] = [
  { runtime: 'charliecloud', programs: /\/bin\/ch-run$/, version: ['ch-run', '--version'] },
  {
    runtime: 'sarus',
    programs: /\/bin\/sarus$/,
    configuration: /\/sarus\.json$/,
    version: ['sarus', '--version'],
  },
  {
    runtime: 'shifter',
    programs: /\/bin\/shifter$/,
    configuration: /\/udiRoot\.conf$/,
    version: ['shifter', '--version'],
  },
  {
    runtime: 'apptainer',
    programs: /\/bin\/(?:apptainer|singularity)$/,
    configuration: /\/(?:apptainer\/apptainer|singularity\/singularity)\.conf$/,
    version: ['apptainer', '--version'],
  },
  {
    runtime: 'podman-hpc',
    programs: /\/bin\/podman-hpc$/,
    configuration: /\/podman_hpc\/[^/]+\.ya?ml$/,
    version: ['podman-hpc', '--version'],
  },
  {
    runtime: 'enroot',
    programs: /\/bin\/enroot$/,
    configuration: /\/enroot\/enroot\.conf$/,
    version: ['enroot', 'version'],
  },
];

/** The runtimes that a node has, in the order of the list. */
export function runtimesOf(facts: NodeFacts): readonly Runtime[] {
  return TRACES.filter(({ runtime }) => tracesOf(facts, runtime).state === 'there').map(({ runtime }) => runtime);
}

/** What shows that a node has the runtime. It is absent only where somebody looked for its program. */
export function tracesOf(facts: NodeFacts, runtime: Runtime): Found<readonly string[]> {
  const trace = TRACES.find((one) => one.runtime === runtime);
  if (trace === undefined) return { state: 'absent' };
  const { programs, configuration, version } = trace;
  const paths = [...facts.files().map(({ path }) => path), ...facts.contents()];
  const shown = paths.filter((path) => programs.test(path) || configuration?.test(path) === true);
  if (shown.length > 0) return { state: 'there', value: [...new Set(shown)].sort() };
  const told = facts.command(...version);
  return told.state === 'there' ? { state: 'there', value: [version.join(' ')] } : told;
}

/** Main configurations of the runtime whose content is known, with their paths. */
export function configurations(
  facts: NodeFacts,
  runtime: Runtime,
): readonly { readonly path: string; readonly text: string }[] {
  const pattern = TRACES.find((one) => one.runtime === runtime)?.configuration;
  if (pattern === undefined) return [];
  return facts
    .contents()
    .filter((path) => pattern.test(path))
    .flatMap((path) => {
      const found = facts.content(path);
      return found.state === 'there' ? [{ path, text: found.value }] : [];
    });
}
