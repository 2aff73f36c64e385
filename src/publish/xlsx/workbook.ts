// A workbook of tables, a sheet each: Office Open XML (ECMA-376), without macros, formulas, links or dates. The same tables give the same bytes.
import { writeZip, type ZipContent } from '../../platform/write-zip.ts';
import type { Table } from '../tables/table.ts';
import { sharedStrings } from './shared-strings.ts';
import { rangeOf, SHEET_ROWS, sheetXml } from './sheet.ts';
import { stylesXml } from './styles.ts';
import { XML, xmlText } from './xml.ts';

/** A sheet: its name as given, and what it shows. */
export interface Sheet {
  readonly name: string;
  readonly table: Table;
}

const TYPES = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE_RELATIONS = 'http://schemas.openxmlformats.org/package/2006/relationships';
const NAME_CHARACTERS = 31;

/** The file. Names are made fit and distinct; a table longer than a sheet goes on in further ones (`findings 2`). */
export function workbookBytes(sheets: readonly Sheet[], rowsOfSheet: number = SHEET_ROWS): Buffer {
  const parts = named(sheets.flatMap((sheet) => splitRows(sheet, rowsOfSheet - 1)));
  const strings = sharedStrings();
  const bodies = parts.map(({ table }, index) => [...sheetXml(table, strings, index === 0)]);
  const members: readonly ZipContent[] = [
    { path: '[Content_Types].xml', pieces: [contentTypes(parts.length)] },
    { path: '_rels/.rels', pieces: [relationships([['officeDocument', 'xl/workbook.xml']])] },
    { path: 'xl/workbook.xml', pieces: [workbookXml(parts)] },
    {
      path: 'xl/_rels/workbook.xml.rels',
      pieces: [
        relationships([
          ...parts.map((_, index) => ['worksheet', `worksheets/sheet${index + 1}.xml`] as const),
          ['styles', 'styles.xml'],
          ['sharedStrings', 'sharedStrings.xml'],
        ]),
      ],
    },
    ...bodies.map((pieces, index) => ({ path: `xl/worksheets/sheet${index + 1}.xml`, pieces })),
    { path: 'xl/styles.xml', pieces: [stylesXml()] },
    { path: 'xl/sharedStrings.xml', pieces: strings.xml() },
  ];
  return writeZip(members);
}

function splitRows({ name, table }: Sheet, most: number): readonly Sheet[] {
  if (table.rows.length <= most) return [{ name, table }];
  const count = Math.ceil(table.rows.length / most);
  return Array.from({ length: count }, (_, index) => ({
    name,
    table: { ...table, rows: table.rows.slice(index * most, (index + 1) * most) },
  }));
}

/** At most 31 characters, none of `[]:*?/\`, no apostrophe at an end, not empty, not `History`, and no two alike but for case. */
function named(sheets: readonly Sheet[]): readonly Sheet[] {
  const taken = new Set(['', 'history']);
  return sheets.map((sheet) => {
    let name = fitName(sheet.name, NAME_CHARACTERS);
    for (let number = 2; taken.has(name.toLowerCase()); number += 1) {
      const ending = ` ${number}`;
      name = (fitName(sheet.name, NAME_CHARACTERS - ending.length) || 'sheet') + ending;
    }
    taken.add(name.toLowerCase());
    return { ...sheet, name };
  });
}

function fitName(name: string, length: number): string {
  return name
    .replace(/[[\]:*?/\\]/g, '-')
    .slice(0, length)
    .replace(/^['\s]+|['\s]+$/g, '');
}

/** The sheets, and the hidden names by which spreadsheets know their filters and the line to repeat on every printed page. */
function workbookXml(sheets: readonly Sheet[]): string {
  const list = sheets.map(
    ({ name }, index) => `<sheet name="${xmlText(name)}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`,
  );
  const reference = (name: string): string => `'${xmlText(name.replaceAll("'", "''"))}'!`;
  const names = sheets.flatMap(({ name, table }, index) => [
    `<definedName name="_xlnm._FilterDatabase" localSheetId="${index}" hidden="1">${reference(name)}${rangeOf(table, true)}</definedName>`,
    `<definedName name="_xlnm.Print_Titles" localSheetId="${index}">${reference(name)}$1:$1</definedName>`,
  ]);
  return `${XML}<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="${RELATIONS}"><bookViews><workbookView/></bookViews><sheets>${list.join('')}</sheets><definedNames>${names.join('')}</definedNames></workbook>
`;
}

function relationships(targets: readonly (readonly [type: string, target: string])[]): string {
  const list = targets.map(
    ([type, target], index) => `<Relationship Id="rId${index + 1}" Type="${RELATIONS}/${type}" Target="${target}"/>`,
  );
  return `${XML}<Relationships xmlns="${PACKAGE_RELATIONS}">${list.join('')}</Relationships>
`;
}

function contentTypes(sheets: number): string {
  const override = (part: string, type: string): string =>
    `<Override PartName="/xl/${part}.xml" ContentType="${TYPES}.${type}+xml"/>`;
  const list = Array.from({ length: sheets }, (_, index) => override(`worksheets/sheet${index + 1}`, 'worksheet'));
  return `${XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${override('workbook', 'sheet.main')}${list.join('')}${override('styles', 'styles')}${override('sharedStrings', 'sharedStrings')}</Types>
`;
}
