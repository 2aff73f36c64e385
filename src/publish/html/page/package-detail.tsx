// All about one package: where it comes from, what is known of it, and every image that has it.
import { plural } from '../../words.ts';
import { Detail, Entry } from './detail.tsx';
import { Jump, toCve, toFindings, toImage, toPackage } from './jump.tsx';
import { ImageName, SeverityBadge } from './marks.tsx';
import type { PackageRow } from './packages.ts';
import { type Go, slotLabel, type ViewProps } from './report.ts';

/** The details of a package. */
export function PackageDetail({ report, row, state, go }: ViewProps & { readonly row: PackageRow }) {
  const places = report.packages().placesOf(row);
  const { purl, name, version, type, source, ownedBy, vulnerabilities } = row;
  return (
    <Detail
      title={
        <>
          {name} <span class="version">{version}</span>
        </>
      }
      onClose={() => go({ packages: { ...state.packages, shown: '' } })}
    >
      {vulnerabilities.length > 0 && (
        <p class="actions">
          <Jump class="action" to={toFindings({ query: `${name} ${version}` })} go={go}>
            Findings
          </Jump>
        </p>
      )}
      <dl>
        <Entry name="Package URL">{purl}</Entry>
        <Entry name="Type">{type}</Entry>
        <Entry name="Source package">{source}</Entry>
        <Entry name="Belongs to">
          {ownedBy !== null && (
            <Jump to={toPackage(ownedBy)} go={go}>
              {ownedBy}
            </Jump>
          )}
        </Entry>
      </dl>
      <Known row={row} go={go} />
      <h3>In {plural(row.images.length, 'image')}</h3>
      {places.map(({ path, images }) => (
        <div key={path} class="place">
          <p class="path">{path}</p>
          <ul class="links">
            {images.map((number) => {
              const slot = report.data.images[number]?.slot ?? '';
              return (
                <li key={number}>
                  <Jump to={toImage(slot)} go={go}>
                    <ImageName reference={slotLabel(report.images, slot)} />
                  </Jump>
                </li>
              );
            })}
          </ul>
        </div>
      ))}
    </Detail>
  );
}

function Known({ row, go }: { readonly row: PackageRow; readonly go: Go }) {
  if (row.vulnerabilities.length === 0) {
    return (
      <p class="hint spaced">
        {row.ownedBy === null
          ? 'No vulnerability of it was found.'
          : 'It was not judged by itself: the distribution speaks for the package that it belongs to.'}
      </p>
    );
  }
  return (
    <>
      <h3>Known of it</h3>
      <ul class="links">
        {row.vulnerabilities.map(({ id, severity }) => (
          <li key={id}>
            <Jump to={toCve(id)} go={go}>
              <SeverityBadge level={severity} /> <span class="id">{id}</span>
            </Jump>
          </li>
        ))}
      </ul>
    </>
  );
}
