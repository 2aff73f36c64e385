// What portfolio.ts measures, as its JSON holds it and its plots read it.

/** Processor seconds of the steps of a day, all threads together. */
export interface Steps {
  readonly read: number;
  readonly judge: number;
  readonly count: number;
  readonly keep: number;
}

/** One day. Day 0 judges everything for the first time. */
export interface PortfolioDay {
  readonly day: number;
  /** Package names of which advisories changed. */
  readonly names: number;
  readonly steps: Steps;
  readonly findings: number;
  readonly storeBytes: number;
  /** The most memory that the process ever had, from its start to the end of the day. */
  readonly peakMegabytes: number;
}

/** What was measured. */
export interface PortfolioResult {
  readonly images: number;
  readonly releases: number;
  readonly packages: number;
  readonly days: readonly PortfolioDay[];
  /** Bytes of one day's assessments when each is packed whole by itself. */
  readonly wholeBytesADay: number;
  /** Seconds. */
  readonly history: number;
  readonly firstWhere: number;
  readonly where: number;
  readonly whereBytes: number;
}

/** Processor seconds of all steps. */
export function secondsOf({ read, judge, count, keep }: Steps): number {
  return read + judge + count + keep;
}
