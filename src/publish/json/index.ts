// The format for programs: everything that `reassess` and `compare` need.
import type { Format } from '../format.ts';
import { assessmentJson } from './write.ts';

/** The JSON form. */
export const jsonFormat: Format = {
  id: 'json',
  title: 'the whole assessment, as schema/assessment-1.json describes it',
  mediaType: 'application/json',
  render: (assessment, statistics) => assessmentJson(assessment, statistics),
};
