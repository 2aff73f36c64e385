// The part of the collector that looks at files: what stands at a path, what is below a folder, what a file says. Only absolute paths are given to it.

/**
 * `file PATH [ROOT PID]` tells what is there, `parents PATH` the folders above it, `tree PATH DEPTH` what is below it. `content PATH FILTER WORD [ROOT PID]`
 * tells what a file says once FILTER has taken out what is secret, if WORD is in it (`''` for any). `run SECONDS COMMAND...` tells what a command prints.
 * `failed WHAT WHY`: could not be read. ROOT is put before the path that is told: the root of a process in a mount namespace of its own.
 */
export const FILE_SHELL = String.raw`
failed() {
  printf '{"kind":"failed","what":'
  json "$1"
  printf ',"reason":'
  json "$2"
  printf '}\n'
}

# The words of an error behind its last colon: what the system said.
reason_of() {
  reason=\${1##*: }
  case $reason in
    *'
'*) reason='cannot be read' ;;
  esac
}

missing() {
  case $1 in
    *': No such file or directory' | *': Not a directory') return 0 ;;
    *) return 1 ;;
  esac
}

absent() {
  printf '{"kind":"absent","path":'
  json "$1"
  printf '}\n'
}

of_process() {
  if [ -n "$1" ]; then printf ',"pid":%s' "$1"; fi
  printf '}\n'
}

file() {
  real=\${2-}$1
  if ! facts=$(stat -c '%a %u %g %s %Y %U:%G:%F' "$real" 2>&1); then
    if missing "$facts"; then absent "$1"; else
      reason_of "$facts"
      failed "$1" "$reason"
    fi
    return
  fi
  mode=\${facts%% *} facts=\${facts#* }
  uid=\${facts%% *} facts=\${facts#* }
  gid=\${facts%% *} facts=\${facts#* }
  size=\${facts%% *} facts=\${facts#* }
  modified=\${facts%% *} facts=\${facts#* }
  kind=\${facts##*:} facts=\${facts%:*}
  case $kind in
    regular*) kind="file" ;;
    directory) kind=directory ;;
    symbolic*) kind="link" ;;
    *) kind=other ;;
  esac
  printf '{"kind":"file","path":'
  json "$1"
  printf ',"type":"%s","mode":"%s","owner":' "$kind" "$mode"
  json "\${facts%%:*}"
  printf ',"group":'
  json "\${facts#*:}"
  printf ',"uid":%s,"gid":%s,"size":%s,"modified":%s' "$uid" "$gid" "$size" "$modified"
  if [ "$kind" = link ]; then
    # Line feeds at the end would be lost.
    target=$(readlink "$real"; printf x)
    target=\${target%?x}
    printf ',"target":'
    json "$target"
  fi
  of_process "\${3-}"
  # Links within another mount namespace lead elsewhere than they say here.
  if [ "$kind" = link ] && [ -z "\${2-}" ]; then
    if [ ! -e "$1" ]; then
      failed "$1" 'is a link to what is not there or cannot be seen'
      return
    fi
    target=$(readlink -f "$1"; printf x)
    target=\${target%?x}
    if [ -n "$target" ] && [ "$target" != "$1" ]; then file "$target"; fi
  fi
}

parents() {
  above=$1
  while [ -n "$above" ]; do
    above=\${above%/*}
    file "\${above:-/}"
  done
}

bounded() { timeout "$@"; }

tree_names() {
  bounded 20 find "$1/" -xdev -mindepth 1 -maxdepth "$2" -print0 2>/dev/null
  printf '?%s\0' $?
}

# files_of PLACE [SEARCH...]: the files whose names stand on stdin as escaped_names writes them. SEARCH is told as a command that ended well once all
# of the place was looked through: else nobody knows that there was nothing to be found.
files_of() {
  place=$1
  shift
  while IFS= read -r line; do
    case $line in
      +) failed "$place" "holds more than $most_names files: the others are not told" ;;
      '?0')
        status=0 output=''
        if [ $# -gt 0 ]; then told_command "$@"; fi
        ;;
      '?124') failed "$place" 'took too long' ;;
      '?'*) failed "$place" 'some of it cannot be read' ;;
      *)
        decoded "$line"
        file "$name"
        ;;
    esac
  done
}

tree() {
  file "$1"
  if [ -d "$1" ]; then tree_names "$1" "$2" | escaped_names "$most_names" | files_of "$1"; fi
}

content() {
  real=\${4-}$1
  if [ ! -f "$real" ]; then
    if facts=$(stat -L -c %F "$real" 2>&1); then failed "$1" 'is no regular file'
    elif missing "$facts"; then absent "$1"
    else
      reason_of "$facts"
      failed "$1" "$reason"
    fi
    return
  fi
  # Read once: what is judged is what is told.
  if ! text=$(bounded 5 head -c "$((most_bytes + 1))" "$real" 2>/dev/null && printf x); then
    failed "$1" 'cannot be read'
    return
  fi
  text=\${text%x}
  if [ \${#text} -gt "$most_bytes" ]; then
    failed "$1" "is larger than $most_bytes bytes"
    return
  fi
  case $text in
    *"$3"*) ;;
    *)
      failed "$1" "is not what is kept of such a file: there is no $3 in it"
      return
      ;;
  esac
  printf '{"kind":"content","path":'
  json "$1"
  printf ',"text":'
  printf %s "$text" | "$2" | json_bytes
  of_process "\${5-}"
}

told_command() {
  printf '{"kind":"command","command":'
  json_words "$@"
  printf ',"exit":%s,"output":' "$status"
  json "$output"
  printf '}\n'
}

run() {
  seconds=$1
  shift
  if ! command -v "$1" >/dev/null 2>&1; then
    failed "$*" 'no such program'
    return
  fi
  output=$(bounded "$seconds" "$@" 2>/dev/null </dev/null)
  status=$?
  if [ "$status" -eq 124 ]; then failed "$*" 'took too long'
  elif [ \${#output} -gt "$most_bytes" ]; then failed "$*" "printed more than $most_bytes bytes"
  else told_command "$@"
  fi
}
`.replaceAll('\\$', '$');
