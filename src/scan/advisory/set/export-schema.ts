// The lines of an export as they are checked on import: an export may have passed through any hands.
import { z } from 'zod';
import { type Digest, isDigest } from '../../../platform/canonical.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { SEVERITY_LEVELS } from '../advisory.ts';
import { EXPORT_FORMAT, EXPORT_SCHEMA_VERSION } from './export-lines.ts';

const name = z.string().min(1).max(LIMITS.advisoryName);
const version = z.string().min(1).max(LIMITS.versionLength);
const text = z.string().max(LIMITS.fileBytes);
const digest = z.custom<Digest>((value) => typeof value === 'string' && isDigest(value), 'not a SHA-256 digest');

/** The first line. */
export const HEADER = z.object({
  format: z.literal(EXPORT_FORMAT),
  schemaVersion: z.literal(EXPORT_SCHEMA_VERSION),
  id: digest,
  builtAt: text,
  starter: z.boolean(),
});

const severity = z.object({
  kind: z.enum(['vendor', 'cvss', 'nvd']),
  source: name,
  raw: text,
  level: z.enum(SEVERITY_LEVELS),
  score: z.number().min(0).max(10).exactOptional(),
});

const ADVISORY = z.object({
  feed: name,
  id: name,
  aliases: z.array(name).max(LIMITS.advisoryIds),
  related: z.array(name).max(LIMITS.advisoryIds),
  namespace: name,
  package: name,
  binary: z.literal(true).exactOptional(),
  module: name.exactOptional(),
  architectures: z.array(name).max(LIMITS.advisoryIds).exactOptional(),
  platforms: z.array(name).max(LIMITS.advisoryIds).exactOptional(),
  status: z.enum(['affected', 'not-affected']),
  ranges: z
    .array(
      z.object({
        introduced: version.exactOptional(),
        fixed: version.exactOptional(),
        lastAffected: version.exactOptional(),
        limit: version.exactOptional(),
      }),
    )
    .max(LIMITS.advisoryVersions),
  versions: z.array(version).max(LIMITS.advisoryVersions).exactOptional(),
  fixState: z.enum(['fixed', 'not-fixed', 'will-not-fix', 'deferred', 'subscription', 'unknown']),
  severities: z.array(severity),
  published: text.exactOptional(),
  modified: text.exactOptional(),
  withdrawn: text.exactOptional(),
  reference: text.exactOptional(),
});

const FEED = z.object({
  id: name,
  source: text,
  upstreamUpdatedAt: text.exactOptional(),
  sha256: digest,
  content: digest.exactOptional(),
  licence: text,
  records: z.int().min(0),
  skipped: z.int().min(0),
  skippedReasons: z.array(z.object({ reason: text, count: z.int(), example: text.exactOptional() })),
  namespaces: z.array(name),
  partial: z.boolean().exactOptional(),
  partialNamespaces: z.array(name).exactOptional(),
  failedUpdate: z.object({ at: text, reason: text }).exactOptional(),
});

/** Every further line. */
export const LINE = z.union([
  z.object({ advisory: ADVISORY }),
  z.object({ feed: FEED }),
  z.object({
    enrichment: z.object({
      vulnerability: name,
      kev: text.exactOptional(),
      epss: z.number().min(0).max(1).exactOptional(),
      severities: z.array(severity).exactOptional(),
      ssvc: z
        .object({
          exploitation: z.enum(['none', 'poc', 'active']),
          automatable: z.enum(['yes', 'no']),
          technicalImpact: z.enum(['partial', 'total']),
        })
        .exactOptional(),
    }),
  }),
  z.object({ endOfLife: z.object({ os: name, date: text, source: text }) }),
]);
