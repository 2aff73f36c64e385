// Minor versions of Kubernetes 1: `1.20` out of `v1.20.2`, and their order (kubernetes.io/releases/version-skew-policy).

/** `1.20` */
export type Minor = `1.${number}`;

const MINOR = /^1\.\d{1,3}$/;

/** Whether the text is a minor version: `1.20`. */
export function isMinor(text: string): text is Minor {
  return MINOR.test(text);
}

/** The minor of a version as people and API servers write it: `1.20`, `v1.20.2`, `v1.27.3+k3s1`; undefined for other text. */
export function minorOf(version: string): Minor | undefined {
  const [, number] = /^v?1\.(\d{1,3})(?:$|[.+-])/.exec(version) ?? [];
  return number === undefined ? undefined : `1.${Number(number)}`;
}

/** Below zero when the first is older. */
export function compareMinors(a: Minor, b: Minor): number {
  return numberOf(a) - numberOf(b);
}

function numberOf(minor: Minor): number {
  return Number(minor.slice(2));
}
