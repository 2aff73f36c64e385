// The part of the collector that writes JSON: POSIX sh with od and awk, so that any byte a file name or a file can hold comes out as JSON text.
// RFC 8259 section 7 (strings), RFC 3629 section 4 (what is UTF-8). Bytes that are no UTF-8 become the lone surrogates U+DC80 to U+DCFF, as
// PEP 383 does it, so that two names that differ stay different.

/**
 * `json TEXT` prints a JSON string; `json_bytes` one of what stands on stdin; `json_words WORD...` a list of strings. `decoded ESCAPED` sets `name` to
 * the text that `escaped_names` wrote.
 */
export const JSON_SHELL = String.raw`
json_awk='
function unit(code) { text = text sprintf("\\u%04x", code) }
function point(code) {
  if (code < 65536) { unit(code); return }
  code -= 65536
  unit(55296 + int(code / 1024))
  unit(56320 + code % 1024)
}
function broken(  at) {
  for (at = 1; at <= held; at++) unit(56320 + bytes[at])
  held = 0
  needed = 0
}
function begin(bits, more, from, to) { code = bits; needed = more; low = from; high = to }
function take(byte) {
  if (needed > 0 && (byte < low || byte > high)) broken()
  if (needed > 0) {
    bytes[++held] = byte
    code = code * 64 + byte - 128
    low = 128
    high = 191
    if (--needed == 0) { held = 0; point(code) }
    return
  }
  if (byte == 34 || byte == 92) text = text "\\" sprintf("%c", byte)
  else if (byte >= 32 && byte < 127) text = text sprintf("%c", byte)
  else if (byte < 128) unit(byte)
  else if (byte >= 194 && byte <= 223) begin(byte - 192, 1, 128, 191)
  else if (byte >= 224 && byte <= 239) begin(byte - 224, 2, byte == 224 ? 160 : 128, byte == 237 ? 159 : 191)
  else if (byte >= 240 && byte <= 244) begin(byte - 240, 3, byte == 240 ? 144 : 128, byte == 244 ? 143 : 191)
  else unit(56320 + byte)
  if (needed > 0) { held = 1; bytes[1] = byte }
}
'

json_bytes() {
  od -An -v -tu1 | awk "$json_awk"'
BEGIN { printf "\"" }
{ for (field = 1; field <= NF; field++) take($field + 0); printf "%s", text; text = "" }
END { broken(); printf "%s\"", text }
'
}

json() {
  case $1 in
    *[!A-Za-z0-9\ ./_:=,@+%~-]*) printf %s "$1" | json_bytes ;;
    *) printf '"%s"' "$1" ;;
  esac
}

json_words() {
  printf '['
  separator=
  for word in "$@"; do
    printf %s "$separator"
    json "$word"
    separator=,
  done
  printf ']'
}

# Names that end with NUL on stdin, a line each, what is no plain character in octal; the line "+" when there are more than MOST.
escaped_names() {
  od -An -v -tu1 | awk -v most="$1" '
{
  for (field = 1; field <= NF; field++) {
    byte = $field + 0
    if (byte == 0) {
      if (++count > most) { print "+"; exit }
      print line
      line = ""
    } else if ((byte >= 45 && byte <= 57) || (byte >= 64 && byte <= 90) || (byte >= 97 && byte <= 122) || byte == 95 || byte == 63)
      line = line sprintf("%c", byte)
    else line = line sprintf("\\0%03o", byte)
  }
}'
}

decoded() {
  name=$1
  case $name in
    *\\*)
      name=$(printf '%bx' "$name")
      name=\${name%x}
      ;;
  esac
}
`.replaceAll('\\$', '$');
