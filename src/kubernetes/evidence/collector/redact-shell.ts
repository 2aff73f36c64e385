// The part of the collector that takes out secrets before anything is written: of arguments, of kernel command lines, of configuration files, and of an
// EncryptionConfiguration, of which only words that are known to be harmless are kept (kubernetes.io, "Encrypting Confidential Data at Rest").

/**
 * `arguments MODE` reads a NUL-separated list as numbers: MODE `json` prints it as a JSON list, `environment` what of it configures etcd, `paths` a line
 * `FLAG NAME` for every absolute path in it (names as `escaped_names` writes them). `plain`, `options` and `encryption` are filters for files.
 */
export const REDACT_SHELL = String.raw`
secret_awk='
function is_secret(name) {
  name = tolower(name)
  sub(/^-+/, "", name)
  # The flag of etcd names a provider and its files.
  if (name == "auth-token" || name == "etcd_auth_token") return 0
  if (name ~ /[-_](file|files|dir|path|config|ttl|expiration|syncs|period|timeout|issuer|webhook|auth|mode|version)$/) return 0
  return name ~ /passw|passphrase|(^|[-_.])pass$|pwd$|secret|token|credential|api[-_]?key|private[-_]?key/
}
function harmless(value) { return value == "true" || value == "false" }
function without_logins(value) {
  gsub(/:\/\/[^\/]*@/, "://[redacted]@", value)
  return value
}
function kept(word,  at, name) {
  at = index(word, "=")
  if (at == 0) return without_logins(word)
  name = substr(word, 1, at - 1)
  if (is_secret(name) && !harmless(substr(word, at + 1))) return name "=[redacted]"
  return without_logins(word)
}
'

arguments() {
  awk -v mode="$1" "$json_awk$secret_awk"'
function end_word() {
  broken()
  words[++count] = text
  escaped[count] = line
  text = ""
  line = ""
}
function flag_of(word) {
  sub(/=.*/, "", word)
  sub(/^-+/, "", word)
  return word ~ /^[A-Za-z0-9-]+$/ ? word : "-"
}
{
  for (field = 1; field <= NF; field++) {
    byte = $field + 0
    if (byte == 0) { end_word(); continue }
    take(byte)
    line = line sprintf("\\0%03o", byte)
  }
}
END {
  if (text != "" || held > 0) end_word()
  for (at = 1; at <= count; at++) {
    word = words[at]
    if (mode == "paths") {
      # As \0NNN: 057 is the slash, 075 the equals sign.
      path = escaped[at]
      flag = "-"
      if (word ~ /^-/) {
        flag = flag_of(word)
        if (!sub(/^[^=]*=/, "", word)) continue
        path = substr(path, index(path, "\\0075") + 5)
      } else if (words[at - 1] ~ /^-/ && words[at - 1] !~ /=/) flag = flag_of(words[at - 1])
      if (at > 1 && word ~ /^\// && path ~ /^\\0057/) print flag " " path
      continue
    }
    shown = kept(word)
    if (mode == "environment" && word !~ /^ETCD_[A-Z0-9_]*=/) continue
    if (mode == "json" && at > 1 && words[at - 1] ~ /^-/ && words[at - 1] !~ /=/ && is_secret(words[at - 1]) && word !~ /^--/ && !harmless(word))
      shown = "[redacted]"
    list = list (list == "" ? "" : ",") "\"" shown "\""
  }
  if (mode != "paths") printf "[%s]", list
}'
}

# Options as the kernel has them, between the characters SEPARATORS.
options_between() {
  awk -v separators="[$1]" "$secret_awk"'
function option(word,  shown) {
  if (inside) { inside = word !~ /"$/; return "" }
  shown = kept(word)
  inside = shown != word && word ~ /="/ && word !~ /="[^"]*"$/
  return shown
}
{
  line = $0
  shown = ""
  inside = 0
  while (match(line, separators)) {
    shown = shown option(substr(line, 1, RSTART - 1)) substr(line, RSTART, 1)
    line = substr(line, RSTART + 1)
  }
  print shown option(line)
}'
}
kernel_options() { options_between ' '; }
mount_options() { options_between ' ,'; }

# A configuration: the rest of a line behind a key that by its name has a secret, and what goes on below it.
plain() {
  awk '
BEGIN {
  below = -1
  word = "(passw(or)?d|passphrase|pwd|secret|token|credentials?|api[-_]?key|(private|access|secret)[-_]?key|key[-_]?data)"
  key = "(" word "|staticpodurlheader|authorization|(^|[^a-z])(auth|pass))[\"\047]?[ \t]*[:=]|--?[a-z-]*" word "[ \t]"
}
{
  low = tolower($0)
  match($0, /^[ \t]*/)
  indent = RLENGTH
  if (closing != "") { if (index(low, closing) > 0) closing = ""; next }
  if (going_on) { going_on = /\\$/; next }
  if (match(low, /-----begin /)) {
    if (low !~ /-----end /) closing = "-----end "
    print substr($0, 1, RSTART - 1) "[redacted]"
    next
  }
  if (below >= 0) {
    if (/^[ \t]*$/ || indent > below || (indent == below && lists && /^[ \t]*-[ \t]/)) next
    below = -1
  }
  # What the kubelet calls so is how it lets others in.
  if (low ~ /^[ \t]*"?authorization"?[ \t]*:[ \t]*[{]?[ \t]*$/) { print; next }
  if (match(low, key)) {
    rest = substr($0, RSTART + RLENGTH)
    going_on = /\\$/
    if (rest ~ /^[ \t]*"""/ && rest !~ /""".*"""/) closing = "\"\"\""
    if (rest ~ /^[ \t]*\047\047\047/ && rest !~ /\047\047\047.*\047\047\047/) closing = "\047\047\047"
    if (!/^[ \t]*[#;]/) { below = indent; lists = !/^[ \t]*-[ \t]/ }
    print substr($0, 1, RSTART + RLENGTH - 1) " \"[redacted]\"" (/,[ \t]*$/ ? "," : "")
    next
  }
  gsub(/:\/\/[^\/ \t]*@/, "://[redacted]@")
  print
}'
}

# An EncryptionConfiguration: its structure, and scalars that stand behind a key that has no secret and look as they should. All others are replaced.
encryption() {
  awk '
BEGIN {
  shape["apiVersion"] = shape["kind"] = "^[A-Za-z0-9./]+$"
  shape["name"] = "^[A-Za-z0-9._-]+$"
  shape["resources"] = "^[a-z0-9*./-]+$"
  shape["endpoint"] = "^unix://[@A-Za-z0-9._/-]+$"
  shape["cachesize"] = "^-?[0-9]+$"
  shape["timeout"] = "^[0-9.]+[a-z]+$"
  shape["providers"] = shape["identity"] = shape["aescbc"] = shape["aesgcm"] = shape["secretbox"] = shape["kms"] = shape["keys"] = shape["secret"] = ""
}
# Takes COUNT characters of the line.
function taken(count,  part) {
  part = substr(line, 1, count)
  line = substr(line, count + 1)
  return part
}
function value(written, word) {
  if (key == "") return ""
  if (shape[key] == "" || length(word) > 253 || word !~ shape[key]) written = "\"[redacted]\""
  if (key != "resources") key = ""
  return written
}
{
  line = $0
  shown = ""
  while (line != "") {
    if (match(line, /^[ \t]+/)) { shown = shown taken(RLENGTH); continue }
    if (line ~ /^#/) break
    if (line ~ /^---/ && shown == "") { shown = taken(3); continue }
    if (line ~ /^-([ \t]|$)/ || line ~ /^[][{},]/) { shown = shown taken(1); continue }
    if (match(line, /^"[^"\\]*"/) || match(line, /^\047[^\047]*\047/)) {
      written = taken(RLENGTH)
      word = substr(written, 2, length(written) - 2)
      colon = match(line, /^[ \t]*:/)
    } else if (line !~ /^["\047]/ && match(line, /^[^][{}, \t:]+(:[^][{}, \t:]+)*/)) {
      word = written = taken(RLENGTH)
      colon = match(line, /^[ \t]*:([ \t]|$)/)
    } else { shown = shown value("", ""); break }
    if (!colon) { shown = shown value(written, word); continue }
    line = substr(line, index(line, ":") + 1)
    key = word in shape ? word : ""
    shown = shown (key == "" ? "\"[redacted]\"" : written) ":"
  }
  print shown
}'
}
`;
