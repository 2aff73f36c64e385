// Values of options that several commands take, checked while the command line is read.
import { InvalidArgumentError } from 'commander';
import { messageOf } from '../platform/errors.ts';
import { parsePlatform } from '../scan/image/platform.ts';

/** A day of the calendar as YYYY-MM-DD. @throws InvalidArgumentError */
export function isoDate(text: string): string {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  // Date.parse takes February the 31st for one of the first days of March.
  if (!Number.isNaN(time) && new Date(time).toISOString().startsWith(text)) return text;
  throw new InvalidArgumentError('write a date as 2022-04-06');
}

/** A number of worker threads. @throws InvalidArgumentError */
export function numberOfJobs(text: string): number {
  return numberUpTo(256)(text);
}

/** A reader of whole numbers from 1 to the largest; it throws an InvalidArgumentError. */
export function numberUpTo(largest: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : 0;
    if (number >= 1 && number <= largest) return number;
    throw new InvalidArgumentError(`write a number from 1 to ${largest}`);
  };
}

/** `os/architecture[/variant]`. @throws InvalidArgumentError */
export function platformName(text: string): string {
  try {
    parsePlatform(text);
    return text;
  } catch (error) {
    throw new InvalidArgumentError(messageOf(error));
  }
}
