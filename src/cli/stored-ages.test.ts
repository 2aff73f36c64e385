// How long an instance is known, told from a store in which several versions of a release are judged on the same days.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listedFigures } from '../explain/history.ts';
import { statisticsOf } from '../explain/statistics.ts';
import { assessmentOf, finding } from '../explain/test-assessment.ts';
import { digestOf } from '../platform/canonical.ts';
import { openStore } from '../platform/store.ts';
import type { Assessment } from '../scan/assess/assessment.ts';
import { ASSESSMENT_MIGRATIONS, saveAssessment } from '../scan/assess/assessment-store.ts';
import { agesFrom } from './stored-ages.ts';

const SLOT = 'quay.io/app|linux/amd64';

function judged(version: string, asOf: string, hasIt: boolean): Assessment {
  const found = hasIt ? [finding({ slot: SLOT, vulnerability: 'CVE-2022-1' })] : [];
  const made = assessmentOf({ findings: found, slots: [SLOT] });
  return { ...made, id: digestOf(`${version} ${asOf}`), asOf, release: { ...made.release, version } };
}

async function ageAt(assessment: Assessment, kept: readonly Assessment[]) {
  const store = await openStore(':memory:', ASSESSMENT_MIGRATIONS);
  try {
    for (const [at, one] of kept.entries()) {
      await saveAssessment(store, one, listedFigures(one, statisticsOf(one)), new Date(at));
    }
    return (await agesFrom(assessment, store))(SLOT, ['CVE-2022-1']);
  } finally {
    await store.close();
  }
}

test('another line that was judged on the same days, and does not have it, makes it no younger', async () => {
  const days = ['2022-04-01', '2022-04-10', '2022-04-19'];
  const kept = days.flatMap((day) => [judged('1.2.0', day, true), judged('1.3.0', day, false)]);
  assert.deepEqual(await ageAt(judged('1.2.0', '2022-04-20', true), kept), { firstSeen: '2022-04-01' });
  // A version that was not judged before is as old as what any version had.
  assert.deepEqual(await ageAt(judged('1.2.1', '2022-04-20', true), kept), { firstSeen: '2022-04-01' });
  assert.deepEqual(await ageAt(judged('1.3.0', '2022-04-20', true), kept), {
    firstSeen: '2022-04-20',
    absentOn: '2022-04-19',
  });
});
