// B9: time to start. The program's help and its smallest command against an empty Node program of the same runtime.
import { cost, interleaved, type Measurement, PLIMSOLL, ratioMeasurement } from './measurement.ts';

const ROUNDS = 15;

/** Wall time of whole processes, medians over interleaved rounds. */
export async function measure(): Promise<readonly Measurement[]> {
  const empty = (): ReturnType<typeof cost> => cost([process.execPath, '-e', '0']);
  const help = (): ReturnType<typeof cost> => cost([PLIMSOLL, '--help']);
  const compare = (): ReturnType<typeof cost> => cost([PLIMSOLL, 'versions', 'compare', 'deb', '1', '2']);
  help();
  compare();
  const [reference, first, second] = interleaved(ROUNDS, [empty, help, compare]);
  const base = (reference?.wallSeconds ?? 0) * 1000;
  return [
    ratioMeasurement('B9', 'plimsoll --help', (first?.wallSeconds ?? 0) * 1000, base, 'ms', 1.8),
    ratioMeasurement('B9', 'plimsoll versions compare deb 1 2', (second?.wallSeconds ?? 0) * 1000, base, 'ms', 2.2),
  ];
}
