// The form that --format names, checked before any work is done: a scan of an hour must not end with a result that cannot be shown.
import { PlimsollError } from '../platform/errors.ts';
import type { Format } from '../publish/format.ts';
import { formatNamed } from '../publish/registry.ts';
import { type CommandContext, type CommonOptions, refuseBytesOnTerminal } from './command.ts';

/**
 * The format for a result of so many assessments.
 * @throws PlimsollError `usage` for a file format on a terminal, or one that holds a single assessment when there are several.
 */
export function chosenFormat(context: CommandContext, options: CommonOptions, assessments = 1): Format {
  const format = formatNamed(options.format);
  if (format === undefined) throw new PlimsollError('usage', `there is no format ${options.format}`);
  if (assessments > 1 && format.id !== 'table' && format.id !== 'json') {
    throw new PlimsollError('usage', `a result in ${format.id} holds one assessment; give them one at a time`);
  }
  if (format.binary === true) refuseBytesOnTerminal(context, options);
  return format;
}
