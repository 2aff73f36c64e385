// What YAML is made of (YAML 1.2.2, chapters 5 to 9), for changes of files that people write.

/** Indicators and beginnings of documents. */
export const YAML_WORDS = [
  '---\n',
  '...\n',
  '&a ',
  '*a',
  '<<: ',
  '? ',
  '- ',
  ': ',
  '|\n',
  '>-\n',
  '!!str ',
  '"',
  "'",
  '#',
  '%YAML 1.2\n',
  '{',
  '}',
  '[',
  ']',
  ',',
] as const;
