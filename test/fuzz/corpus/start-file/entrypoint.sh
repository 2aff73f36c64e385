#!/bin/bash
set -Eeo pipefail
user="$(id -u)"
if [ "$1" = redis-server -a "$user" = '0' ]; then
	find . \! -user redis -exec chown redis '{}' +
	exec gosu redis "$0" "$@"
fi
cat >/etc/app.conf <<-EOF
	chown
	EOF
[ "$(id -u)" = 0 ] && chmod 700 /data || :
exec "$@"
