// Days of the calendar as YYYY-MM-DD, in UTC.

const DAY_MILLISECONDS = 86_400_000;

/** Whether the text is a day of the calendar. Date.parse takes February the 31st for one of the first days of March. */
export function isDay(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** The first moment of a day, or of the day of an instant, in UTC: what stands for the time of a document, so that equal content gives equal bytes. */
export function instantOf(day: string): string {
  return `${day.slice(0, 10)}T00:00:00Z`;
}

/** The day so many days later. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MILLISECONDS).toISOString().slice(0, 10);
}

/** Days from one day to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MILLISECONDS);
}
