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

/** Severities that settings name. */
export const SETTING_SEVERITIES = ['critical', 'high', 'medium', 'low', 'negligible', 'unknown'] as const;
export type SettingSeverity = (typeof SETTING_SEVERITIES)[number];

/** What a release must meet to go out. An absent criterion is not asked. */
export interface GateCriteria {
  /** No known exploited vulnerability without a statement that it does not affect, or an exception. */
  readonly knownExploited?: 'none' | 'excepted';
  /** Days after which a fixable instance of the severity is too old. */
  readonly fixableOlderThan?: Readonly<Partial<Record<SettingSeverity, number>>>;
  /** Smallest share of images read, and of packages with a whole main feed, in percent. */
  readonly coverage?: number;
  /** Severities of which every instance must have a statement or a ticket. */
  readonly triaged?: readonly SettingSeverity[];
  /** Largest number of instances that no `not_affected` statement covers. */
  readonly most?: Readonly<Partial<Record<SettingSeverity | 'total' | 'fixable', number>>>;
  /** No image on a distribution past its end of life. */
  readonly endOfLife?: 'none';
}

/** How decisions are held to. */
export interface StatementSettings {
  /** Days that a statement may apply at most. */
  readonly maximumDays?: number;
  /** Days before its end at which `statements check` tells of it. */
  readonly soonDays?: number;
  /** Issuers, as their documents name them, whose statements apply; all others' are shown only. */
  readonly trusted?: readonly string[];
}

/** Whose something is. All conditions that a rule states must hold; of rules that match, the last applies. */
export interface OwnerRule {
  readonly owner: string;
  /** Patterns of logical references, `*` for any run of characters. */
  readonly images?: readonly string[];
  /** Patterns of chart names. */
  readonly charts?: readonly string[];
  /** Patterns of package URLs: the rule then speaks of these packages alone. */
  readonly packages?: readonly string[];
  readonly origin?: 'own' | 'third-party';
}

/** Days from first seen within which an instance is to be gone. All conditions must hold; of rules that match, the last applies. */
export interface ClockRule {
  readonly days: number;
  readonly severities?: readonly SettingSeverity[];
  /** Whether it is known to be exploited. */
  readonly exploited?: boolean;
  /** Whether any of its packages has a fix. */
  readonly fixable?: boolean;
}

/** Kinds of ticket tracker with a network address. */
export const TRACKERS = ['github', 'gitlab', 'jira-cloud', 'jira'] as const;

/** Where tickets are kept. */
export interface TicketSettings {
  readonly tracker: (typeof TRACKERS)[number];
  /** Of the API: `https://gitlab.example/api/v4`; of Jira the site. Absent: that of github.com or gitlab.com. */
  readonly address?: string;
  /** `owner/repository`, `group/project`, or the key of a Jira project. */
  readonly project: string;
  /** Login of the account, where the token may not ask for it (GitHub Apps); the e-mail address of the account of Jira Cloud. */
  readonly account?: string;
  /** Whether everybody can read the tickets, where the tracker does not tell. */
  readonly public?: boolean;
  /** Type of new issues in Jira. */
  readonly issueType?: string;
}

/** A failed check that somebody answers for, up to a day. */
export interface Waiver {
  /** Id of the check. */
  readonly check: string;
  /** Patterns of subjects (of hygiene: logical references, bases, repositories), `*` for any run of characters; absent: all. */
  readonly subjects?: readonly string[];
  readonly owner: string;
  readonly reason: string;
  /** ISO date of the last day. */
  readonly expires: string;
}

/** How build hygiene is judged. */
export interface HygieneSettings {
  /** Parameters in the place of those of a check's description, by its id. */
  readonly parameters?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly waivers?: readonly Waiver[];
  /** Files with public keys that sign images, PEM; paths in plimsoll.yaml count from its folder. */
  readonly keys?: readonly string[];
}

/** A vulnerability that must not be spoken of in public. */
export interface Embargo {
  /** Any id of it. */
  readonly vulnerability: string;
  /** ISO date of the last day; without one until the entry is removed. */
  readonly until?: string;
}

/** Whose mitigations may change systems. */
export interface MitigationSettings {
  /** Files with public keys in PEM, from the folder of the configuration. */
  readonly keys: readonly string[];
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
  /** Absent when no file states criteria. */
  readonly gate?: GateCriteria;
  /** Absent when no file states any. */
  readonly statements?: StatementSettings;
  /** Absent when no file states any; the same of the next three. */
  readonly owners?: readonly OwnerRule[];
  readonly clocks?: readonly ClockRule[];
  readonly tickets?: TicketSettings;
  readonly embargoes?: readonly Embargo[];
  readonly hygiene?: HygieneSettings;
  readonly mitigations?: MitigationSettings;
}

/** What holds without a file. */
export const DEFAULT_CONFIG: Config = { release: { mirrors: [] }, registries: { insecure: [], mirrors: [] } };
