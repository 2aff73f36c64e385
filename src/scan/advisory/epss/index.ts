// EPSS: FIRST's estimate of the probability that a CVE is exploited within 30 days. https://www.first.org/epss/data_stats
import { ParseError } from '../../../platform/errors.ts';
import type { Feed, FeedFile, FeedSink } from '../feed.ts';
import { dateOf } from '../fields.ts';

/** The daily CSV file, plain or gzip: a `#model_version:…,score_date:…` line, a header line, then `cve,epss,percentile`. */
export const epss: Feed = {
  id: 'epss',
  title: 'EPSS scores',
  licence: 'FIRST EPSS usage agreement (https://www.first.org/epss/)',
  home: 'https://www.first.org/epss/',
  downloads: ['https://epss.empiricalsecurity.com/epss_scores-current.csv.gz'],
  accepts: (path) => /\.csv$/.test(path),
  read,
};

function read(file: FeedFile, sink: FeedSink): void {
  const text = new TextDecoder().decode(file.bytes());
  let headerSeen = false;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(start, end).trimEnd();
    start = end + 1;
    if (line.startsWith('#')) {
      const date = dateOf(/score_date:([^,]+)/.exec(line)?.[1]);
      if (date !== undefined) sink.updated(date);
    } else if (!headerSeen) {
      if (!line.startsWith('cve,epss'))
        throw new ParseError(`${file.path}: not an EPSS file (no header "cve,epss,percentile")`);
      headerSeen = true;
    } else if (line !== '') {
      readRow(line, file.path, sink);
    }
  }
  if (!headerSeen) throw new ParseError(`${file.path}: not an EPSS file (no header "cve,epss,percentile")`);
}

function readRow(line: string, path: string, sink: FeedSink): void {
  const match = /^(CVE-\d{4}-\d{4,19}),([0-9.eE+-]{1,24})(?:,|$)/.exec(line);
  const probability = Number(match?.[2]);
  if (match?.[1] === undefined || !(probability >= 0 && probability <= 1)) {
    sink.skip('a row that is not CVE,probability', `${path}: ${line.slice(0, 80)}`);
  } else {
    sink.epss(match[1], probability);
  }
}
