// Every template of checks, by hand. A test holds each to the same rules, and every description of checks.yaml to one of them.
import type { CheckTemplate } from './check.ts';
import { createdStated, imageAge } from './checks/age.ts';
import { baseDrift } from './checks/base-drift.ts';
import { baseSpread } from './checks/base-spread.ts';
import { digestNames } from './checks/digest-names.ts';
import { digestReused } from './checks/digest-reused.ts';
import { endOfLife } from './checks/end-of-life.ts';
import { hiddenBytes } from './checks/hidden-bytes.ts';
import { imageSize } from './checks/image-size.ts';
import { label } from './checks/label.ts';
import { notableFiles } from './checks/notable-files.ts';
import { packageDatabase } from './checks/package-database.ts';
import { recordedDigest } from './checks/recorded-digest.ts';
import { referenceDigest } from './checks/reference-digest.ts';
import { repositoryTags } from './checks/repository-tags.ts';
import { privilegedPorts, shellForm, user } from './checks/run-configuration.ts';
import { tagMoved } from './checks/tag-moved.ts';
import { tagOpaque } from './checks/tag-opaque.ts';
import { SECRET_TEMPLATES } from './secrets/templates.ts';
import { SHELL_FREE_TEMPLATES } from './shell-free/templates.ts';
import { SIGNATURE_TEMPLATES } from './signature/templates.ts';

/** The templates. */
export const TEMPLATES: readonly CheckTemplate[] = [
  tagMoved,
  digestReused,
  tagOpaque,
  referenceDigest,
  repositoryTags,
  digestNames,
  recordedDigest,
  label,
  createdStated,
  imageAge,
  baseDrift,
  baseSpread,
  endOfLife,
  notableFiles,
  user,
  shellForm,
  privilegedPorts,
  packageDatabase,
  imageSize,
  hiddenBytes,
  ...SECRET_TEMPLATES,
  ...SHELL_FREE_TEMPLATES,
  ...SIGNATURE_TEMPLATES,
];
