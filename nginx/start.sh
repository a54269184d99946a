#!/bin/sh
# Writes nginx.conf with the settings from the environment, and becomes nginx. With NGINX_CHECK set
# nginx only says whether the configuration is right.
#
# Needs nothing but a POSIX shell, grep and sed. NGINX_CONF and NGINX_RENDERED name the files where
# they are not those of docker-compose.yml, NGINX_BINARY the program where it is not on the PATH.
set -eu

conf=${NGINX_CONF:-/etc/openclaw/nginx/nginx.conf}
rendered=${NGINX_RENDERED:-/tmp/nginx.conf}
edits=

refuse() {
    echo "start.sh: $1 is '$2'; expected $3" >&2
    exit 78
}

# replace VARIABLE VALUE PATTERN WHAT-IT-MUST-BE OLD NEW: in the lines that name the variable, OLD
# becomes NEW. Values are checked, so that none can be more than a value in the file.
replace() {
    [ -n "$2" ] || return 0
    ! printf '%s\n' "$2" | grep -Evqx -e "$3" || refuse "$1" "$2" "$4"
    edits="$edits
/# $1\$/s|$5|$6|"
}

rate() {
    replace "$1" "$2" '[1-9][0-9]{0,8}r/[sm]' \
        'a rate such as 500r/s or 30r/m' 'rate=[^;]*;' "rate=$2;"
}

burst() {
    replace "$1" "$2" '[1-9][0-9]{0,8}' 'a whole number of requests' 'burst=[0-9]*' "burst=$2"
}

rate NGINX_API_RATE "${NGINX_API_RATE:-}"
rate NGINX_CHAT_RATE "${NGINX_CHAT_RATE:-}"
rate NGINX_WEBHOOK_RATE "${NGINX_WEBHOOK_RATE:-}"
burst NGINX_API_BURST "${NGINX_API_BURST:-}"
burst NGINX_CHAT_BURST "${NGINX_CHAT_BURST:-}"
burst NGINX_WEBHOOK_BURST "${NGINX_WEBHOOK_BURST:-}"

plain=${NGINX_PLAIN_HTTP:-}
replace NGINX_PLAIN_HTTP "$plain" 'redirect|webhooks|all' \
    'redirect, webhooks or all' 'default [^;]*;' "default $plain;"

port=${NGINX_HTTPS_PORT:-}
[ "$port" != 443 ] || port=
replace NGINX_HTTPS_PORT "$port" '[1-9][0-9]{0,4}' 'a port' 'default [^;]*;' "default \":$port\";"

operators=${NGINX_OPERATORS:-}
entries=$(printf '%s' "$operators" | sed -E 's/[ ,]+/ 1; /g; s/$/ 1;/')
replace NGINX_OPERATORS "$operators" '[0-9A-Fa-f.:/]+([ ,]+[0-9A-Fa-f.:/]+)*' \
    'addresses and networks such as 10.0.0.0/8, separated by spaces' \
    'default 0;' "default 0; $entries"

sed -e "$edits" "$conf" >"$rendered"
nginx=${NGINX_BINARY:-nginx}
if [ -n "${NGINX_CHECK:-}" ]; then
    exec "$nginx" -e /dev/stderr -c "$rendered" -t
fi
exec "$nginx" -e /dev/stderr -c "$rendered" -g 'daemon off;'
