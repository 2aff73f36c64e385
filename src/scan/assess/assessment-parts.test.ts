import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { sampleAssessment } from '../../../test/support/sample-assessment.ts';
import { canonicalJson, digestOf } from '../../platform/canonical.ts';
import type { Assessment, Finding } from './assessment.ts';
import { joinParts, type KeepPart, keepParts, type LoadPart } from './assessment-parts.ts';

interface Kept {
  readonly keep: KeepPart;
  readonly load: LoadPart;
  readonly texts: string[];
}

function partsInMemory(): Kept {
  const texts: string[] = [];
  return {
    texts,
    keep: async (rows) => {
      const text = JSON.stringify(rows);
      if (!texts.includes(text)) texts.push(text);
      return texts.indexOf(text);
    },
    load: async (part) => JSON.parse(texts[part] ?? ''),
  };
}

async function there(assessment: Assessment, kept = partsInMemory()): Promise<Assessment> {
  const head = await keepParts(assessment, kept.keep);
  return joinParts(JSON.parse(JSON.stringify(head)), kept.load);
}

const SAMPLE = sampleAssessment();
const LAYERS = ['a', 'b', 'c'].map((name) => digestOf(`layer ${name}`));

/** The sample with its rows in any order, layers and probabilities. */
const shuffled: fc.Arbitrary<Assessment> = fc
  .record({
    findings: fc.shuffledSubarray([...SAMPLE.findings]),
    packages: fc.shuffledSubarray([...SAMPLE.packages]),
    sorted: fc.boolean(),
    layers: fc.array(fc.nat(2), { minLength: 400, maxLength: 400 }),
    epss: fc.array(fc.constantFrom(undefined, 0, 0.5), { minLength: 400, maxLength: 400 }),
  })
  .map(({ findings, packages, sorted, layers, epss }) => {
    const layerAt = (index: number) => LAYERS[layers[index] ?? 0] ?? digestOf('');
    const kept = sorted ? SAMPLE : { findings, packages };
    return {
      ...SAMPLE,
      packages: kept.packages.map((row, index) => ({ ...row, location: { ...row.location, layer: layerAt(index) } })),
      findings: kept.findings.map(({ epss: _, ...row }, index): Finding => {
        const own = epss[index];
        return { ...row, layer: layerAt(index), ...(own === undefined ? {} : { epss: own }) };
      }),
    };
  });

describe('an assessment in parts', () => {
  it('comes back as it was', async () => {
    assert.deepEqual(await there(SAMPLE), SAMPLE);
  });

  it('law: comes back as it was, in whatever order its rows are', async () => {
    await fc.assert(
      fc.asyncProperty(shuffled, async (assessment) => {
        assert.equal(canonicalJson(await there(assessment)), canonicalJson(assessment));
      }),
      { numRuns: 60 },
    );
  });

  it('comes back with rows of slots and images that it does not list', async () => {
    const stray = { slot: 'elsewhere|linux/amd64', image: digestOf('elsewhere') };
    const odd: Assessment = {
      ...SAMPLE,
      packages: SAMPLE.packages.map((row) => ({ ...row, image: stray.image })),
      findings: SAMPLE.findings.map((row) => ({ ...row, ...stray })),
    };
    assert.deepEqual(await there(odd), odd);
  });

  it('comes back when it has no rows at all', async () => {
    const empty: Assessment = {
      ...SAMPLE,
      images: [],
      inventories: [],
      packages: [],
      findings: [],
      gaps: [],
      charts: [],
    };
    assert.deepEqual(await there(empty), empty);
  });

  it('keeps what images share once: the packages of a common layer, and what is known of them', async () => {
    const [image] = SAMPLE.images;
    const digest = image?.digest;
    const row = SAMPLE.findings.find((finding) => finding.image === digest);
    const installed = SAMPLE.packages.find(({ purl }) => purl === row?.purl);
    const [inventory] = SAMPLE.inventories;
    assert.ok(image !== undefined && row !== undefined && installed !== undefined && inventory !== undefined);
    const copies = Array.from({ length: 50 }, (_, number) => ({
      slot: `copy-${String(number).padStart(2, '0')}`,
      image: digestOf(`${number}`),
    }));
    const assessment: Assessment = {
      ...SAMPLE,
      images: copies.map(({ slot, image: copy }) => ({ ...image, slot, digest: copy })),
      inventories: copies.map(({ image: copy }) => ({ ...inventory, digest: copy })),
      packages: copies.map(({ image: copy }) => ({ ...installed, image: copy })),
      findings: copies.map((copy) => ({ ...row, ...copy })),
    };
    const kept = partsInMemory();
    assert.deepEqual(await there(assessment, kept), assessment);
    assert.equal(kept.texts.filter((text) => text.includes(`"purl":${JSON.stringify(installed.purl)}`)).length, 2);
  });

  it('keeps one more part of findings when one package has a new finding, and none when only probabilities change', async () => {
    const kept = partsInMemory();
    await keepParts(SAMPLE, kept.keep);
    const first = kept.texts.length;
    await keepParts({ ...SAMPLE, findings: SAMPLE.findings.map((row) => ({ ...row, epss: 0.123 })) }, kept.keep);
    assert.equal(kept.texts.length - first, 1);
    const [row, ...others] = SAMPLE.findings;
    assert.ok(row !== undefined);
    await keepParts(
      { ...SAMPLE, findings: [{ ...row, severity: 'critical', rawSeverity: 'changed' }, ...others] },
      kept.keep,
    );
    // The layer's findings, and the block of runs that names them.
    assert.ok(kept.texts.length - first <= 3, `${kept.texts.length - first} parts`);
  });
});
