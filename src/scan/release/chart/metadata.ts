// Chart.yaml: name, version, and the images that its annotation `artifacthub.io/images` names. Some of them no template names: an operator's, or
// images behind a condition. Formats: helm.sh/docs/topics/charts "The Chart.yaml File"; artifacthub.io/docs/topics/annotations/helm.
import { messageOf, ParseError } from '../../../platform/errors.ts';
import type { Gap } from '../../../platform/gap.ts';
import { normalizeReference } from '../../image/reference.ts';
import { parseYaml, textAt, type YamlNode } from '../yaml.ts';

/** What a chart says of itself. */
export interface ChartMetadata {
  readonly name: string;
  readonly version: string;
  /** Annotated images in normal form, in their order. */
  readonly images: readonly string[];
  readonly gaps: readonly Gap[];
}

/** The annotation, which holds YAML as text. */
export const IMAGES_ANNOTATION = 'artifacthub.io/images';
const FILE = 'Chart.yaml';

/**
 * Reads Chart.yaml as `helm show chart` prints it. An annotation that cannot be read is a gap.
 * @throws ParseError without a name or version; LimitError
 */
export function parseChartMetadata(text: string): ChartMetadata {
  const root = parseYaml(text, FILE);
  const name = textAt(root, 'name');
  const version = textAt(root, 'version');
  if (name === undefined || version === undefined) throw new ParseError(`${FILE}: it states no name and version`);
  const gaps: Gap[] = [];
  const images: string[] = [];
  for (const item of annotatedItems(textAt(root, 'annotations', IMAGES_ANNOTATION), gaps)) {
    const image = textAt(item, 'image');
    try {
      if (image === undefined) throw new ParseError('an entry names no image');
      images.push(normalizeReference(image));
    } catch (error) {
      gaps.push(gap(messageOf(error)));
    }
  }
  return { name, version, images, gaps };
}

function annotatedItems(text: string | undefined, gaps: Gap[]): readonly YamlNode[] {
  if (text === undefined) return [];
  try {
    const list = parseYaml(text, `${FILE} ${IMAGES_ANNOTATION}`);
    if (list.kind === 'list') return list.items;
    gaps.push(gap('it is no list of images'));
  } catch (error) {
    gaps.push(gap(messageOf(error)));
  }
  return [];
}

function gap(reason: string): Gap {
  return { kind: 'file-unparsed', target: FILE, location: IMAGES_ANNOTATION, reason };
}
