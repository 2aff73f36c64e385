// A client of container registries: what a tag or digest names, and blobs. OCI distribution specification 1.1 "Pull".
import { type Digest, digestOf, isDigest } from '../../../platform/canonical.ts';
import { PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { isManifestType, MANIFEST_TYPES, parseManifest } from '../manifest.ts';
import { formatReference, type Reference } from '../reference.ts';
import type { RegistryAccess } from './access.ts';
import { streamBlob } from './blob-stream.ts';
import { readWhole } from './body.ts';
import { discard, type HttpResponse } from './http.ts';
import { placesOf } from './mirrors.ts';
import { TransientError, withRetries } from './retry.ts';
import { type Place, RegistrySession } from './session.ts';

/** A manifest or index as a registry gave it. */
export interface FetchedManifest {
  readonly bytes: Uint8Array;
  /** Computed over the bytes. */
  readonly digest: Digest;
  readonly mediaType: string;
  /** Where it was found: the reference itself or one of its mirrors. */
  readonly place: Reference;
}

/** An answer of the referrers API. */
export interface Referrers {
  readonly bytes: Uint8Array;
  /** False when the registry says that its list goes on. */
  readonly whole: boolean;
}

/** Talks to registries. One for a process or worker; close it when done. */
export class RegistryClient {
  readonly #session: RegistrySession;

  constructor(access: RegistryAccess) {
    this.#session = new RegistrySession(access);
  }

  /**
   * Fetches what a tag or digest names (`latest` without either), from a mirror where one has it.
   * @throws PlimsollError `not-found`, `unauthorized`, `registry`, `digest-mismatch`; LimitError.
   */
  manifest(reference: Reference): Promise<FetchedManifest> {
    return this.#firstPlace(reference, (place) => this.#fetchManifest(place));
  }

  /**
   * The digest that a reference's tag names now: of the index where there is one.
   * @throws PlimsollError as `manifest`, `unsupported`; ParseError when the registry answers with something else than a manifest.
   */
  digest(reference: Reference): Promise<Digest> {
    return this.#firstPlace(reference, (place) => this.#fetchDigest(place));
  }

  /**
   * What the registry lists as referring to a digest, an index (distribution specification 1.1, "Listing Referrers"); from the first place that knows
   * the API. Undefined where none does: the specification's fallback tag is the caller's to ask for.
   * @throws PlimsollError `unauthorized`, `registry`; LimitError.
   */
  async referrers({ registry, repository }: Place, digest: Digest): Promise<Referrers | undefined> {
    try {
      return await this.#firstPlace({ registry, repository, digest }, (place) => this.#fetchReferrers(place, digest));
    } catch (error) {
      if (error instanceof PlimsollError && error.code === 'not-found') return undefined;
      throw error;
    }
  }

  /**
   * Streams a blob of `size` bytes, taking it up again where a connection breaks. The caller verifies the digest.
   * @throws PlimsollError `not-found`, `unauthorized`, `registry`, `digest-mismatch` when the registry has it in another size.
   */
  blob(place: Place, digest: Digest, size: number): AsyncGenerator<Uint8Array> {
    return streamBlob(this.#session, place, digest, size);
  }

  close(): void {
    this.#session.close();
  }

  /** A mirror that lacks an image or cannot be reached is passed over; the last place's failure is the failure. */
  async #firstPlace<T>(reference: Reference, work: (place: Reference) => Promise<T>): Promise<T> {
    const places = placesOf(reference, this.#session.access.mirrors);
    const passed: string[] = [];
    for (const place of places.slice(0, -1)) {
      try {
        return await withRetries(this.#session.access, () => work(place));
      } catch (error) {
        if (!isPassable(error)) throw error;
        passed.push(error.message);
      }
    }
    try {
      return await withRetries(this.#session.access, () => work(reference));
    } catch (error) {
      if (passed.length === 0 || !(error instanceof PlimsollError)) throw error;
      const message = `${error.message} (mirrors before it: ${passed.join('; ')})`;
      throw new PlimsollError(error.code, message, { cause: error });
    }
  }

  async #fetchManifest(place: Reference): Promise<FetchedManifest> {
    const response = await this.#request('GET', place);
    if (response.status !== 200) throw await this.#session.failure(place, response, `image ${formatReference(place)}`);
    const { headers, host, body } = response;
    const bytes = await readWhole(body, host, this.#session.access.stallMs, LIMITS.manifestBytes);
    const digest = digestOf(bytes);
    const mediaType = (headers['content-type'] ?? '').split(';', 1)[0]?.trim() ?? '';
    const stated = place.digest ?? digestHeader(response);
    if (stated !== undefined && stated !== digest) {
      // Web pages and schema 1, whose digest leaves its signature out, are told by name.
      if (!isManifestType(mediaType)) parseManifest(bytes, mediaType, describeAnswer(place));
      throw new PlimsollError(
        'digest-mismatch',
        `${host} answers for ${formatReference(place)} with a manifest of digest ${digest}, not ${stated}`,
      );
    }
    return { bytes, digest, mediaType, place };
  }

  async #fetchReferrers(place: Reference, digest: Digest): Promise<Referrers> {
    const response = await this.#session.send('GET', place, `referrers/${digest}`, { accept: MANIFEST_TYPES[0] });
    const { status, headers, host, body } = response;
    const what = `list of what refers to ${digest}`;
    // Registries without the API answer in many ways: 404, 405, 400, or with a page for people.
    const known = status === 200 && (headers['content-type'] ?? '').startsWith(MANIFEST_TYPES[0]);
    if (!known && status !== 401 && status !== 403) {
      discard(body);
      throw new PlimsollError('not-found', `${host} has no ${what}`);
    }
    if (!known) throw await this.#session.failure(place, response, what);
    const bytes = await readWhole(body, host, this.#session.access.stallMs, LIMITS.manifestBytes);
    return { bytes, whole: !/rel="?next"?/.test(String(headers['link'] ?? '')) };
  }

  async #fetchDigest(place: Reference): Promise<Digest> {
    const response = await this.#request('HEAD', place);
    if (response.status === 404) throw await this.#session.failure(place, response, `image ${formatReference(place)}`);
    discard(response.body);
    const stated = response.status === 200 ? digestHeader(response) : undefined;
    if (stated !== undefined) return stated;
    const fetched = await this.#fetchManifest(place);
    parseManifest(fetched.bytes, fetched.mediaType, describeAnswer(place));
    return fetched.digest;
  }

  #request(method: 'GET' | 'HEAD', place: Reference): Promise<HttpResponse> {
    const path = `manifests/${place.digest ?? place.tag ?? 'latest'}`;
    return this.#session.send(method, place, path, { accept: MANIFEST_TYPES.join(', ') });
  }
}

function isPassable(error: unknown): error is PlimsollError {
  return (
    error instanceof TransientError ||
    (error instanceof PlimsollError && ['not-found', 'unauthorized', 'registry'].includes(error.code))
  );
}

function describeAnswer(place: Reference): string {
  return `what ${place.registry} gives for ${formatReference(place)}`;
}

function digestHeader(response: HttpResponse): Digest | undefined {
  const value = response.headers['docker-content-digest'];
  return typeof value === 'string' && isDigest(value) ? value : undefined;
}
