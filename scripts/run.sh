#!/bin/sh
# Runs a TypeScript program of this repository on the same Node.js as bin/plimsoll: run.sh FILE [ARG...]
ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd) || exit 4
. "$ROOT/bin/find-node.sh"
exec "$NODE" --disable-warning=ExperimentalWarning "$@"
