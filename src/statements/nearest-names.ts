// Which names were probably meant: release notes and mails spell images in their own ways (`csm-dckr/stable/dckr.io/ceph/ceph`).

const SUGGESTIONS = 2;

/** The names that share most of their last components with the wanted one, at least the very last; best first. */
export function nearestNames(wanted: string, names: readonly string[]): readonly string[] {
  const scored = names
    .map((name) => ({ name, score: commonEnd(wanted, name) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1));
  const best = scored[0]?.score;
  return scored
    .filter(({ score }) => score === best)
    .slice(0, SUGGESTIONS)
    .map(({ name }) => name);
}

function commonEnd(a: string, b: string): number {
  const x = a.toLowerCase().split('/').reverse();
  const y = b.toLowerCase().split('/').reverse();
  let common = 0;
  while (common < x.length && x[common] !== '' && x[common] === y[common]) common += 1;
  return common;
}
