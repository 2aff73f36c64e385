// What `helm template` makes of one chart: its documents, each under the name of its template, and the objects in them.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { messageOf, PlimsollError } from '../../../platform/errors.ts';
import type { ChartOptions } from '../adapter.ts';
import { inNamespace } from '../manifests/namespaced.ts';
import { joinObjects, type ManifestObjects, parseManifestObjects } from '../manifests/objects.ts';
import { splitDocuments } from '../yaml.ts';
import type { Helm } from './helm.ts';

/** A chart and the release that it would be. */
export interface ChartRun {
  /** Folder or .tgz, absolute. */
  readonly folder: string;
  /** As the user knows it, for messages. */
  readonly path: string;
  readonly release: string;
  readonly namespace: string;
}

/** A rendered document. */
export interface RenderedDocument {
  readonly text: string;
  /** `CHART/templates/app.yaml (rendered)` */
  readonly file: string;
}

/**
 * Renders a chart.
 * @param input values as JSON, which go before those of the options
 * @throws PlimsollError `input-missing`, `input-unreadable`; LimitError
 */
export async function renderChart(
  helm: Helm,
  { folder, path, release, namespace }: ChartRun,
  { values = [], set = [] }: ChartOptions = {},
  input?: string,
): Promise<readonly RenderedDocument[]> {
  // Absolute, because helm takes anything else with a colon for a URL.
  const files = values.map((file) => {
    if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) return resolve(file);
    throw new PlimsollError('input-missing', `${file}: there is no such file of values`);
  });
  try {
    const text = await helm(
      [
        'template',
        release,
        folder,
        `--namespace=${namespace}`,
        '--include-crds',
        ...(input === undefined ? [] : ['--values=-']),
        // The option is a list in CSV: a comma in a path would end it.
        ...files.map((file) => `--values="${file.replaceAll('"', '""')}"`),
        ...set.map((value) => `--set=${value}`),
      ],
      input,
    );
    return splitDocuments(text).map((part) => {
      const template = /^# Source: (.+)$/m.exec(part.text)?.[1]?.trim() ?? 'template';
      return { text: part.text, file: `${template} (rendered)` };
    });
  } catch (error) {
    throw renderFailure(path, error);
  }
}

/** The objects of rendered documents, those without a namespace in that of the release. */
export function chartObjects(documents: readonly RenderedDocument[], namespace: string): ManifestObjects {
  const read = joinObjects(documents.map(({ text, file }) => parseManifestObjects(text, file)));
  return { ...read, objects: inNamespace(read.objects, namespace) };
}

/** What helm said, with what to do about it where that is known; other errors as they are. */
export function renderFailure(path: string, error: unknown): unknown {
  if (!(error instanceof PlimsollError) || error.code !== 'input-unreadable') return error;
  const said = messageOf(error);
  const hint = /missing in charts\/ directory|helm dependency/.test(said)
    ? `; nothing is fetched here: run \`helm dependency build ${path}\` where there is a network`
    : '';
  return new PlimsollError('input-unreadable', `${path}: helm cannot render it: ${said}${hint}`, { cause: error });
}
