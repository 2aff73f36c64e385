// The fixed part of the scripts that change nodes: POSIX sh with the tools of every Linux node (coreutils or busybox, kmod). It reads, compares and writes
// places; which ones stands in calls behind it, every value in single quotes. Each result is a line of JSON on stdout. A script goes on to its end also
// when nobody listens any more: a setting can cut the line on which it came.

/**
 * The functions. `change STEP KIND KEY EXPECTED WANTED`: `-` stands for "not there"; EXPECTED is `*` for whatever is found, else `=` and the value. What stood
 * there before the first change is kept under STATE/RUN before anything is written, so that a run that was killed can be repeated and still tells it.
 */
export const NODE_SHELL = String.raw`
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
trap '' HUP PIPE
umask 077
state=/var/lib/plimsoll/mitigations/$mitigation
kept=$state/$run
node=$(uname -n)
machine=$(cat /etc/machine-id 2>/dev/null || true)
status=0

encoded() { printf %s "$1" | base64 | tr -d '\n'; }

say() {
  printf '{"plimsoll":"node-result","mitigation":"%s","action":"%s","run":"%s"' "$mitigation" "$action" "$run"
  printf ',"node":"%s","machine":"%s"' "$(encoded "$node")" "$(encoded "$machine")"
  printf ',"step":"%s","kind":"%s","key":"%s","outcome":"%s"' "$1" "$2" "$(encoded "$3")" "$4"
  [ "$5" = - ] || printf ',"before":"%s"' "$(encoded "$5")"
  [ "$6" = - ] || printf ',"after":"%s"' "$(encoded "$6")"
  printf '}\n'
}

sysctl_file() { printf '/proc/sys/%s' "$(printf %s "$1" | tr ./ /.)"; }

read_place() {
  case $1 in
    sysctl) if [ -e "$(sysctl_file "$2")" ]; then tr '\t' ' ' <"$(sysctl_file "$2")" | tr -s ' '; else printf -; fi ;;
    mode) if [ -f "$2" ]; then printf '%04o %s' "0$(stat -L -c %a "$2")" "$(sha256sum <"$2" | cut -c 1-64)"; else printf -; fi ;;
    file)
      if [ -h "$2" ] || { [ -e "$2" ] && [ ! -f "$2" ]; }; then return 1
      elif [ -e "$2" ]; then printf '%04o %s %s' "0$(stat -c %a "$2")" "$(stat -c %u:%g "$2")" "$(base64 <"$2" | tr -d '\n')"
      else printf -
      fi ;;
    module) if [ -e "/sys/module/$2" ]; then printf loaded; else printf absent; fi ;;
  esac
}

write_place() {
  case $1 in
    sysctl) printf '%s\n' "$3" >"$(sysctl_file "$2")" ;;
    mode) chmod "$(printf %s "$3" | cut -d ' ' -f 1)" "$2" ;;
    file)
      if [ "$3" = - ]; then rm -f "$2" && drop_folders "$(dirname "$2")"; return; fi
      make_folders "$(dirname "$2")" && rm -f "$2.plimsoll-new" || return
      printf %s "$3" | cut -d ' ' -f 3 | base64 -d >"$2.plimsoll-new" || return
      chown "$(printf %s "$3" | cut -d ' ' -f 2)" "$2.plimsoll-new" || return
      chmod "$(printf %s "$3" | cut -d ' ' -f 1)" "$2.plimsoll-new" || return
      mv -f "$2.plimsoll-new" "$2" ;;
    # What keeps it out may still be there: -i passes it over. Not every modprobe has it.
    module) if [ "$3" = loaded ]; then modprobe -i -- "$2" || modprobe -- "$2"; else modprobe -r -- "$2"; fi ;;
  esac
}

make_folders() {
  [ -d "$1" ] && return
  make_folders "$(dirname "$1")" && (umask 022 && mkdir "$1") && printf '%s\n' "$1" >>"$state/folders"
}

drop_folders() {
  while [ -f "$state/folders" ] && grep -qxF -e "$1" "$state/folders" && rmdir "$1" 2>/dev/null; do set -- "$(dirname "$1")"; done
}

same() {
  if [ "$1" = mode ]; then [ "$(printf %s "$2" | cut -d ' ' -f 1)" = "$(printf %s "$3" | cut -d ' ' -f 1)" ]
  else [ "$2" = "$3" ]
  fi
}

keep() { mkdir -p "$kept" && printf %s "$2" >"$kept/$1.new" && sync && mv -f "$kept/$1.new" "$kept/$1"; }

change() {
  if ! now=$(read_place "$2" "$3" 2>/dev/null); then say "$1" "$2" "$3" unreadable - -; status=1; return; fi
  before=$now
  if [ -f "$kept/$1" ]; then before=$(cat "$kept/$1"); fi
  if [ "$2" != file ] && [ "$now" = - ]; then say "$1" "$2" "$3" not-here - -; return; fi
  if same "$2" "$now" "$5"; then say "$1" "$2" "$3" 'done' "$before" "$now"; return; fi
  if [ "$4" != '*' ] && [ "=$now" != "$4" ]; then say "$1" "$2" "$3" different "$now" "$now"; status=1; return; fi
  if [ ! -f "$kept/$1" ] && ! keep "$1" "$now"; then say "$1" "$2" "$3" failed "$now" "$now"; status=1; return; fi
  write_place "$2" "$3" "$5" >/dev/null 2>&1 || true
  now=$(read_place "$2" "$3" 2>/dev/null) || now=-
  if same "$2" "$now" "$5"; then say "$1" "$2" "$3" 'done' "$before" "$now"
  else say "$1" "$2" "$3" failed "$before" "$now"; status=1
  fi
}

look() {
  if now=$(read_place "$2" "$3" 2>/dev/null); then say "$1" "$2" "$3" 'done' "$now" "$now"; else say "$1" "$2" "$3" unreadable - -; fi
}

reload() {
  if systemctl reload-or-restart -- "$2" >/dev/null 2>&1; then say "$1" reload "$2" 'done' - -
  else say "$1" reload "$2" failed - -; status=1
  fi
}

probe() {
  id=$1 passes=$2; shift 2
  if "$@" </dev/null >/dev/null 2>&1; then code=zero; else code=nonzero; fi
  if [ "$code" = "$passes" ]; then say "$id" probe '' pass - -; else say "$id" probe '' fail - -; fi
}
`;

/**
 * `arm SECONDS`, with the script of the way back on stdin: runs it once the time is over, and when the node starts anew before that. Before anything is
 * changed, so that whatever is cut off or killed then goes back.
 */
export const ARM_SHELL = String.raw`
units=/etc/systemd/system
unit=plimsoll-put-back-$mitigation.service

arm() {
  mkdir -p "$kept" && cat >"$state/put-back.new" && sync && mv -f "$state/put-back.new" "$state/put-back" || return
  rm -f "$state/went-back-$application"
  if [ ! -d /run/systemd/system ] || ! on_start; then
    echo "plimsoll: $node: no systemd: what is set for good goes back when the time is over, and not if the node starts anew before" >&2
  fi
  (sleep "$1"; if [ -e "$state/put-back" ]; then exec sh "$state/put-back"; fi) </dev/null >/dev/null 2>&1 &
}

on_start() {
  mkdir -p "$units/sysinit.target.wants" || return
  printf '%s\n' '[Unit]' "Description=Way back of the mitigation $mitigation, which nobody confirmed" DefaultDependencies=no \
    'After=local-fs.target systemd-sysctl.service' '[Service]' Type=oneshot "ExecStart=/bin/sh $state/put-back" >"$units/$unit" || return
  ln -sf "../$unit" "$units/sysinit.target.wants/$unit" && sync
}
`;

/** Ends the waiting: nothing goes back by itself any more. */
export const DISARM_SHELL = `
units=/etc/systemd/system
unit=plimsoll-put-back-$mitigation.service

disarm() { rm -f "$units/$unit" "$units/sysinit.target.wants/$unit" "$state/put-back"; }
`;

/** Gives one place back what was kept of it, unless it is something else by now: `put_back STEP KIND KEY WANTED`. */
export const PUT_BACK_SHELL = `
put_back() {
  [ -f "$kept/$1" ] || return 0
  now=$(read_place "$2" "$3" 2>/dev/null) || return 0
  if same "$2" "$now" "$4"; then write_place "$2" "$3" "$(cat "$kept/$1")" >/dev/null 2>&1; rm -f "$kept/$1"; fi
}
`;
