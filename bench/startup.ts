// B9: time to start. The program's help and its smallest command against an empty Node program of the same runtime.
import {
  cost,
  interleaved,
  type Measurement,
  PLIMSOLL,
  pairedRatio,
  ratioMeasurement,
  type Timed,
} from './measurement.ts';

const ROUNDS = 15;

/** Wall time of whole processes, medians over interleaved rounds. */
export async function measure(): Promise<readonly Measurement[]> {
  const empty = (): ReturnType<typeof cost> => cost([process.execPath, '-e', '0']);
  const help = (): ReturnType<typeof cost> => cost([PLIMSOLL, '--help']);
  const compare = (): ReturnType<typeof cost> => cost([PLIMSOLL, 'versions', 'compare', 'deb', '1', '2']);
  help();
  compare();
  const [reference, first, second] = interleaved(ROUNDS, [empty, help, compare]);
  if (reference === undefined || first === undefined || second === undefined) return [];
  const against = (name: string, one: Timed, most: number): Measurement => {
    const ratio = pairedRatio(one, reference, 'wallSeconds');
    return ratioMeasurement('B9', name, one.wallSeconds * 1000, reference.wallSeconds * 1000, 'ms', most, ratio);
  };
  return [against('plimsoll --help', first, 1.8), against('plimsoll versions compare deb 1 2', second, 2.2)];
}
