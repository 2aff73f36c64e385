// `kubernetes versions` as text for a terminal: a table of minors, or what a step brings, then lines and objects that need work.
import type { Verdict } from '../../platform/verdict.ts';
import type { Step } from '../../posture/kubernetes-versions/history.ts';
import type { VersionsAnswer } from '../../posture/kubernetes-versions/versions.ts';
import { apiText, changeText, eventText, supportText } from '../kubernetes-versions.ts';
import { plural } from '../words.ts';
import { indented, paint, shown, type TerminalOptions, wrap } from './terminal.ts';

/** Lines of at most the given columns (when these are 48 or more), each ended by a line feed. */
export function kubernetesVersionsTable(answer: VersionsAnswer, options: TerminalOptions): string {
  const width = Math.max(48, options.columns);
  const note = (text: string) => wrap(shown(text, options), width, '  ');
  const item = (text: string) => indented('  ', shown(text, options), width);
  const title = (text: string) => note(text).map((one) => paint(one, 'strong', options));
  const { step, served, lines = [], minors, asOf } = answer;
  const all = [
    ...title(step === undefined ? `Versions of Kubernetes as of ${asOf}` : `Kubernetes ${step.from} to ${step.to}`),
    ...(step === undefined
      ? minors.flatMap((one) => ['', ...minorLines(one)])
      : [...minors.flatMap((one) => item(`${one.minor} ${supportText(one)}`)), ...stepLines(step)]),
    ...(lines.length === 0 ? [] : ['', ...title('Release lines')]),
    ...lines.flatMap(({ verdict }) => verdictLines(verdict)),
    ...(served === undefined ? [] : ['', ...title(servedText(served.results, served.objects, served.minor))]),
    ...(served?.results ?? []).flatMap(verdictLines),
  ];
  return all.map((text) => `${text}\n`).join('');

  function minorLines(one: (typeof minors)[number]): readonly string[] {
    const released = one.released === undefined ? '' : ` of ${one.released}`;
    return [
      ...title(`${one.minor}${released}, supported ${supportText(one)}`),
      ...one.features.flatMap((event) => item(eventText(event))),
      ...one.removes.flatMap((api) => item(`no longer served: ${apiText(api)}`)),
    ];
  }

  function stepLines({ features, removes }: Step): readonly string[] {
    const of = (name: string, change: string): readonly string[] => {
      const own = features.filter((one) => one.change === change);
      return own.length === 0 ? [] : ['', ...title(name), ...own.flatMap((one) => item(changeText(one)))];
    };
    const gone = removes.flatMap((api) => item(apiText(api)));
    return [
      ...of('Gained', 'gained'),
      ...of('Lost', 'lost'),
      ...of('Changed', 'changed'),
      ...(gone.length === 0 ? [] : ['', ...title('No longer served'), ...gone]),
    ];
  }

  function verdictLines({ verdict, subject, reason, remediation, evidence }: Verdict): readonly string[] {
    const todo = remediation === undefined ? '' : `; ${remediation}`;
    const ink = verdict === 'fail' ? 'high' : verdict === 'pass' ? 'plain' : 'warning';
    const where = verdict === 'pass' || evidence.length === 0 ? '' : ` [${evidence[0]}]`;
    return item(`${verdict} ${subject}: ${reason}${todo}${where}`).map((text) => paint(text, ink, options));
  }
}

function servedText(results: readonly Verdict[], objects: number, minor: string): string {
  const failed = results.filter(({ verdict }) => verdict === 'fail').length;
  const warned = results.length - failed;
  return `Objects for ${minor}: ${failed} of ${plural(objects, 'object')} are not served, ${warned} will not be for long`;
}
