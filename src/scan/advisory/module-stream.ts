// Modules of Red Hat and kin: which builds belong to one, and which stream a title speaks of. Rocky's update information and all of OSV name
// the stream of a modular update nowhere but in its title.

/** Every build of a module has this tag in its release: `1.module+el8.6.0+…`, `2.module_el8+…`, `3.module_f39+…`. */
const MODULAR = /\.module[+_]/;
const MAX_TITLE = 500;

/** Whether a version is that of a build of a module. */
export function isModular(version: string): boolean {
  return MODULAR.test(version);
}

/**
 * `NAME:STREAM` of "Important: nodejs:18 security update"; undefined when the title names none. Rocky rebrands its titles, streams included:
 * "go-toolset:Rocky Linux8" is the stream rhel8.
 */
export function streamOfTitle(title: string | undefined): string | undefined {
  const text = title?.slice(0, MAX_TITLE).replace(/:Rocky Linux ?(?=\d)/, ':rhel') ?? '';
  return /^(?:[A-Za-z]+: )?([A-Za-z0-9][\w.+-]*:[\w.-]+)(?= |$)/.exec(text)?.[1];
}
