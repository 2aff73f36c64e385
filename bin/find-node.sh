# Sets NODE to a Node.js that is new enough (24 or later), or ends with one line that says what is needed.
# Expects ROOT, the package's directory. Order: PLIMSOLL_NODE, the runtime that npm installed beside us, PATH.
NODE=${PLIMSOLL_NODE:-}
if [ -z "$NODE" ]; then
  for NODE in "$ROOT"/node_modules/node-*/bin/node "$ROOT"/../node-linux-*/bin/node "$ROOT"/../node-*darwin-*/bin/node; do
    [ -x "$NODE" ] && break
    NODE=
  done
fi
if [ -z "$NODE" ]; then
  NODE=$(command -v node) || NODE=
  case $([ -n "$NODE" ] && "$NODE" --version) in
    v2[4-9].* | v[3-9][0-9].*) ;;
    *)
      echo "plimsoll: needs Node.js 24 or later: run 'npm ci' (it brings one for Linux and macOS), or set PLIMSOLL_NODE to such a node" >&2
      exit 4
      ;;
  esac
fi
