// The first line of a part: by it the reader knows the form. In a file of its own, so that readers do not load the collector.

/** The word of the form, and its number. */
export const PART_MARK = 'plimsoll-evidence 1';
