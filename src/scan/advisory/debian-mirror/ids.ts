// Ids of vulnerabilities in free text: CVE, CAN (what CVE ids were called until 2005) and GHSA.

/** An id and where it stands in the text. */
export interface IdMention {
  readonly id: string;
  readonly start: number;
  readonly end: number;
}

/** "ZDI-CAN-12345" is no CAN; a CVE may stand in a file's name, after an underscore or in lower case. */
const IDS =
  /(?<![A-Za-z])CVE[-_ ](\d{4})-(\d{4,10})(?!\d|[[{]\d)|(?<![A-Za-z-])CAN-(\d{4})-(\d{4})(?!\d)|(?<![A-Za-z])GHSA((?:-[23456789cfghjmpqrvwx]{4}){3})(?![a-z0-9])/gi;

/** Patterns and placeholders that stand for ids which they do not spell out. */
const UNSPELLED = /(?<![A-Za-z])CVE-(?:\d{4}-(?:\d*[[{]\d|\d{0,3}[?*]|\d*X{2,})|\?{4}|X{4}|NNNN)/i;

/** All ids of the text, in order. */
export function findIds(text: string): readonly IdMention[] {
  return Array.from(text.matchAll(IDS), (match) => {
    const [whole, year, number, oldYear, oldNumber, ghsa = ''] = match;
    const cve = year ?? oldYear;
    const id = cve !== undefined ? `CVE-${cve}-${number ?? oldNumber}` : `GHSA${ghsa.toLowerCase()}`;
    return { id, start: match.index, end: match.index + whole.length };
  });
}

/** `CVE-2017-922[4-9]`, `CVE-2024-XXXX`: the text, or undefined. */
export function findUnspelled(text: string): string | undefined {
  return UNSPELLED.exec(text)?.[0];
}
