// Text that we did not write as a SARIF message. OASIS SARIF 2.1.0, 3.11.5 (placeholders) and 3.11.6 (embedded links).
import { printable } from '../../platform/printable.ts';

/** One line in which no viewer sees a placeholder or a link. */
export function messageText(text: string): string {
  return printable(text)
    .replaceAll('](', '] (')
    .replace(/\{(?=\d+\})/g, '{ ');
}
