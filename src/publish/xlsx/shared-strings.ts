// The texts of a workbook, each kept once: tables repeat the same few thousand words. ECMA-376 Part 1, 18.4.9 (sst).
import { XML, xmlText } from './xml.ts';

/** The most characters that a cell holds (Excel, "specifications and limits"). */
const CELL_CHARACTERS = 32_767;
const CUT = ' … (cut here: a cell holds no more)';

/** Collects texts and gives their numbers. */
export interface SharedStrings {
  numberOf(text: string): number;
  /** The part `xl/sharedStrings.xml`, in pieces. */
  xml(): Iterable<string>;
}

/** An empty collection. */
export function sharedStrings(): SharedStrings {
  const numbers = new Map<string, number>();
  let uses = 0;
  return {
    numberOf(text) {
      uses += 1;
      const known = numbers.get(text);
      if (known !== undefined) return known;
      numbers.set(text, numbers.size);
      return numbers.size - 1;
    },
    *xml() {
      yield `${XML}<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="${uses}" uniqueCount="${numbers.size}">`;
      for (const text of numbers.keys()) yield `<si><t xml:space="preserve">${xmlText(fitting(text))}</t></si>`;
      yield '</sst>\n';
    },
  };
}

/** The text as far as a cell holds it, cut between words where there are any, and saying so. */
function fitting(text: string): string {
  if (text.length <= CELL_CHARACTERS) return text;
  const room = text.slice(0, CELL_CHARACTERS - CUT.length);
  return `${room.slice(0, room.lastIndexOf(' ')) || room}${CUT}`;
}
