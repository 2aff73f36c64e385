// The settings that plimsoll.yaml can hold, with what holds without them. Every key: docs/guide/configuration.md.

/** How logical references become physical ones: the first rule that matches applies. Prefixes are whole components of a name. */
export interface ReferenceMapping {
  /** `registry` or `registry/path` in normal form; '' matches every reference. */
  readonly match: string;
  /** What takes the matched part's place; absent: such references are refused. */
  readonly to?: string;
}

/** Where references under a prefix are fetched first. */
export interface RegistryMirror {
  readonly prefix: string;
  readonly location: string;
}

/** All settings, defaults filled in. */
export interface Config {
  readonly release: {
    readonly mirrors: readonly ReferenceMapping[];
    /** Prefixes of images of our own; absent: the default of the release's adapter. */
    readonly own?: readonly string[];
  };
  readonly registries: {
    /** Registries (`host[:port]`) that may be spoken to over plain HTTP. */
    readonly insecure: readonly string[];
    /** Certificate authorities to trust besides the system's: the PEM text of the file that the configuration names. */
    readonly ca?: string;
    readonly mirrors: readonly RegistryMirror[];
  };
}

/** What holds without a file. */
export const DEFAULT_CONFIG: Config = { release: { mirrors: [] }, registries: { insecure: [], mirrors: [] } };
