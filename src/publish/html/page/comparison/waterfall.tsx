// The waterfall from A to B: a bar a cause, the running count from top to bottom. A bar opens the cells behind it.
import { signed } from '../../../../explain/narrative/words.ts';
import { BASES, BASIS_WORDS, count } from '../../../words.ts';
import { SeverityBadge } from '../marks.tsx';
import { measureOf, type WaterfallStep, waterfall } from './comparison.ts';
import type { PartProps } from './part.ts';
import { MEASURES, type Measure } from './state.ts';

/** Where the changes are small beside the count, the scale does not begin at zero: this part of the width stands for what is left out. */
const BROKEN_PART = 12;

/** The panel with the choice of basis and measure, and the bars. */
export function Waterfall({ comparison, state, go }: PartProps) {
  const { basis, measure } = state;
  const steps = waterfall(comparison, basis, measure);
  const scale = scaleOf(steps);
  return (
    <section class="panel waterfall-panel" aria-labelledby="waterfall-title">
      <div class="panel-head">
        <h2 id="waterfall-title">From A to B by cause</h2>
        <fieldset class="switch">
          <legend class="unseen">Basis of the figures</legend>
          {BASES.map((choice) => (
            <label key={choice}>
              <input
                type="radio"
                name="basis"
                value={choice}
                checked={choice === basis}
                onChange={() => go({ basis: choice, cause: -1, shown: -1 })}
              />
              <span>{choice}</span>
            </label>
          ))}
        </fieldset>
      </div>
      <p class="hint">{BASIS_WORDS[basis].meaning}</p>
      <Measures comparison={comparison} state={state} go={go} />
      <table class="waterfall">
        <caption class="unseen">
          What each cause moved of {measureWords(measure)} on the basis {basis}; the causes add up to the difference
        </caption>
        <thead class="unseen">
          <tr>
            <th scope="col">Cause</th>
            <th scope="col">Change</th>
            <th scope="col">Bar</th>
            <th scope="col">Count after it</th>
          </tr>
        </thead>
        <tbody>
          {steps.map((step, position) => (
            <StepRow
              key={step.kind === 'end' ? `end ${position}` : step.cause}
              step={step}
              scale={scale}
              pressed={step.kind === 'cause' && step.cause === state.cause}
              onChoose={() => go({ cause: step.cause === state.cause ? -1 : step.cause, shown: -1 })}
            />
          ))}
        </tbody>
      </table>
      <p class="legend">
        <span class="swatch rise" /> came <span class="swatch fall" /> went <span class="swatch blind" /> coverage: seen
        on one side only, neither better nor worse
        {scale.low > 0 && <>. The scale begins at {count(scale.low)}.</>}
      </p>
    </section>
  );
}

/** A button a measure with what it moved by. Severities that occur on neither side are left out. */
function Measures({ comparison, state, go }: PartProps) {
  const { data } = comparison;
  const { basis } = state;
  const used = MEASURES.filter(
    (measure) =>
      measure === state.measure ||
      measureOf(data.from.figures[basis], measure) !== 0 ||
      measureOf(data.to.figures[basis], measure) !== 0,
  );
  return (
    <fieldset class="chips measures">
      <legend class="unseen">What is counted</legend>
      {used.map((measure) => (
        <button
          key={measure}
          type="button"
          class={`chip ${measure === state.measure ? 'on' : ''}`}
          aria-pressed={measure === state.measure}
          onClick={() => go({ measure, cause: -1, shown: -1 })}
        >
          {measure === 'total' || measure === 'fixable' ? measure : <SeverityBadge level={measure} word />}{' '}
          <strong>{signed(data.difference[basis][measure])}</strong>
        </button>
      ))}
    </fieldset>
  );
}

interface StepRowProps {
  readonly step: WaterfallStep;
  readonly scale: Scale;
  readonly pressed: boolean;
  readonly onChoose: () => void;
}

function StepRow({ step, scale, pressed, onChoose }: StepRowProps) {
  const { kind, title, note, begin, end, came, went } = step;
  const by = end - begin;
  if (kind === 'end') {
    return (
      <tr class="end">
        <th scope="row">
          {title} <small>{note}</small>
        </th>
        <td class="number" />
        <td class="bar-cell">
          <Bar scale={scale} from={scale.low} to={end} kind="whole" />
        </td>
        <td class="number">{count(end)}</td>
      </tr>
    );
  }
  return (
    <tr class={pressed ? 'selected' : ''} onClick={onChoose}>
      <th scope="row">
        <button
          type="button"
          class="plain"
          aria-pressed={pressed}
          onClick={(event) => {
            event.stopPropagation();
            onChoose();
          }}
        >
          {title}
        </button>{' '}
        <small>{note}</small>
      </th>
      <td class="number">
        <strong>{signed(by)}</strong>
        {came > 0 && went > 0 && (
          <small>
            {signed(came)} {signed(-went)}
          </small>
        )}
      </td>
      <td class="bar-cell">
        <Bar scale={scale} from={begin} to={end} kind={note === 'coverage' ? 'blind' : by > 0 ? 'rise' : 'fall'} />
      </td>
      <td class="number">{count(end)}</td>
    </tr>
  );
}

function Bar({ scale, from, to, kind }: { scale: Scale; from: number; to: number; kind: string }) {
  const left = kind === 'whole' ? 0 : scale.place(Math.min(from, to));
  const width = scale.place(Math.max(from, to)) - left;
  return (
    <div class="track" aria-hidden="true">
      <div
        class={`block ${kind}${kind === 'whole' && scale.low > 0 ? ' broken' : ''}`}
        style={{ left: `${left}%`, width: `max(2px, ${width}%)` }}
      />
    </div>
  );
}

interface Scale {
  /** The count at which the scale begins. */
  readonly low: number;
  /** Percent of the width. */
  readonly place: (value: number) => number;
}

/** From zero when the changes can be seen on such a scale, else from a round count below the lowest. */
function scaleOf(steps: readonly WaterfallStep[]): Scale {
  const values = steps.flatMap(({ kind, begin, end }) => (kind === 'end' ? [end] : [begin, end]));
  const lowest = Math.min(...values);
  const highest = Math.max(...values, 1);
  const range = highest - lowest;
  if (lowest < 3 * range || range === 0) return { low: 0, place: (value) => (100 * value) / highest };
  const unit = 10 ** Math.floor(Math.log10(range));
  const low = Math.max(0, Math.floor(lowest / unit - 1) * unit);
  return { low, place: (value) => BROKEN_PART + ((100 - BROKEN_PART) * (value - low)) / (highest - low) };
}

function measureWords(measure: Measure): string {
  return measure === 'total' ? 'all severities' : measure;
}
