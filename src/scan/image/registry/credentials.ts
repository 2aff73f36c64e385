// Finds the credentials for a registry: containers-auth.json(5), docker's config.json (`auths`, `credHelpers`, `credsStore`) and the helper programs
// that they name (github.com/docker/docker-credential-helpers, `docker-credential-NAME get`).
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { messageOf, ParseError, PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { type Fields, objectIn, optionalText, readObject, textMapIn } from '../json-fields.ts';
import { openFile } from '../transport/layout-files.ts';
