// Several documents about one CVE in one package: a VEX document says all there is to say; of errata alone, each brings its own fix.
import type { Advisory } from '../advisory.ts';
import { affectedRanges } from './ranges.ts';

/** VEX documents hold, the newest of them; without one the errata are joined, build by build. */
export function settleRecords(records: readonly Advisory[]): readonly Advisory[] {
  const vex = records.filter(({ related }) => related.length === 0);
  if (vex.length > 0) return newest(vex);
  const byModule = Map.groupBy(records, ({ binary, module }) => `${binary ?? false} ${module ?? ''}`);
  return [...byModule.values()].flatMap(joinErrata);
}

function newest(records: readonly Advisory[]): readonly Advisory[] {
  let latest = '';
  for (const { modified = '' } of records) if (modified > latest) latest = modified;
  return records.filter(({ modified = '' }) => modified === latest);
}

/** The newest erratum with the fixes of all. */
function joinErrata(errata: readonly Advisory[]): readonly Advisory[] {
  const [held] = newest(errata);
  if (held === undefined || errata.length === 1) return errata;
  const affected = errata.filter(({ status }) => status === 'affected');
  if (affected.length === 0) return [held];
  const builds = affected.flatMap(({ ranges }) =>
    ranges.flatMap(({ fixed, limit }) => {
      const version = fixed ?? limit;
      return version === undefined ? [] : [{ version, extended: fixed === undefined }];
    }),
  );
  const related = [...new Set(errata.flatMap((erratum) => erratum.related))];
  return [{ ...held, status: 'affected', related, ranges: affectedRanges(builds), fixState: 'fixed' }];
}
