// The narrative, as `compare` prints it.
import type { ComparisonData } from '../../comparison-data.ts';

/** The panel with the sentences. */
export function Narrative({ data }: { readonly data: ComparisonData }) {
  const [first = '', ...others] = data.narrative;
  return (
    <section class="panel narrative" aria-labelledby="narrative-title">
      <h2 id="narrative-title">In words</h2>
      <p>{first}</p>
      <ul>
        {others.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </section>
  );
}
