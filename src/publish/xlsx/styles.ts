// How cells look: a number format a kind of column, and a bold header. ECMA-376 Part 1, 18.8 (styles); built-in formats in 18.8.30.
import type { ColumnKind } from '../tables/table.ts';
import { XML } from './xml.ts';

/** Formats by kind: built-in ids, and one of our own (164 is the first free id). */
const FORMATS: Readonly<Record<ColumnKind, number>> = {
  text: 0,
  digest: 0,
  flag: 0,
  count: 3,
  mean: 2,
  share: 10,
  score: 164,
  percent: 164,
};
const ONE_DECIMAL = '<numFmt numFmtId="164" formatCode="0.0"/>';
const KINDS = ['text', 'digest', 'flag', 'count', 'mean', 'share', 'score', 'percent'] as const satisfies ColumnKind[];

/** Number of the header's style. */
export const HEADER_STYLE = KINDS.length;

/** Number of the style that the cells of a kind have. */
export function styleOf(kind: ColumnKind): number {
  return KINDS.indexOf(kind);
}

/** The part `xl/styles.xml`. */
export function stylesXml(): string {
  const cells = KINDS.map(
    (kind) => `<xf numFmtId="${FORMATS[kind]}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>`,
  );
  const header =
    '<xf numFmtId="0" fontId="1" fillId="2" borderId="1" xfId="0" applyFont="1" applyFill="1" applyBorder="1"/>';
  const font = '<sz val="11"/><name val="Calibri"/><family val="2"/>';
  const edges = '<left/><right/><top/>';
  return `${XML}<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1">${ONE_DECIMAL}</numFmts><fonts count="2"><font>${font}</font><font><b/>${font}</font></fonts><fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFE0EFF0"/><bgColor indexed="64"/></patternFill></fill></fills><borders count="2"><border>${edges}<bottom/><diagonal/></border><border>${edges}<bottom style="thin"><color rgb="FF0B6470"/></bottom><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="${KINDS.length + 1}">${cells.join('')}${header}</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>
`;
}
