// Links from one view to another. They are addresses too: they can be opened in a new window and copied.
import type { ComponentChildren } from 'preact';
import { formatHash } from './address.ts';
import type { Go } from './report.ts';
import { START, type ViewState } from './view-state.ts';

interface JumpProps {
  readonly to: Partial<ViewState>;
  readonly go: Go;
  readonly class?: string;
  readonly title?: string;
  readonly children: ComponentChildren;
}

/** A link that changes the view without loading anything. */
export function Jump({ to, go, children, ...rest }: JumpProps) {
  return (
    <a {...rest} href={formatHash({ ...START, ...to })} onClick={(event) => follow(event, () => go(to))}>
      {children}
    </a>
  );
}

/** Leaves clicks that open a new tab or window to the browser. */
export function follow(event: MouseEvent, act: () => void): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  event.stopPropagation();
  act();
}

/** The details of a vulnerability. */
export function toCve(id: string): Partial<ViewState> {
  return { view: 'cves', cves: { ...START.cves, shown: id } };
}

/** The details of an image. */
export function toImage(slot: string): Partial<ViewState> {
  return { view: 'images', images: { ...START.images, shown: slot } };
}

/** The details of a package. */
export function toPackage(purl: string): Partial<ViewState> {
  return { view: 'packages', packages: { ...START.packages, shown: purl } };
}

/** Findings with these filters and no others. */
export function toFindings(filters: Partial<ViewState['findings']>): Partial<ViewState> {
  return { view: 'findings', findings: { ...START.findings, ...filters } };
}

/** Packages with these filters and no others. */
export function toPackages(filters: Partial<ViewState['packages']>): Partial<ViewState> {
  return { view: 'packages', packages: { ...START.packages, ...filters } };
}

/** Images that a search finds. */
export function toImages(query: string): Partial<ViewState> {
  return { view: 'images', images: { ...START.images, query } };
}
