#!/bin/sh
# Becomes the Redis of docker-compose.yml, with the password of the environment if there is one. It
# goes in as a line of configuration, since everybody may read a program's arguments.
set -eu

conf=${REDIS_CONF:-/etc/openclaw/redis/redis.conf}
rendered=${REDIS_RENDERED:-/tmp/redis.conf}
umask 077
cp "$conf" "$rendered"
# The network of the stack, which holds nothing but what needs Redis, is what protects it.
printf '\nprotected-mode no\n' >>"$rendered"
if [ -n "${REDIS_PASSWORD:-}" ]; then
    case $REDIS_PASSWORD in
    *[!A-Za-z0-9._~-]*)
        # It stands in an address too, where other characters would have to be spelled differently.
        echo "start.sh: REDIS_PASSWORD may hold letters, digits and . _ ~ - only" >&2
        exit 78
        ;;
    esac
    printf 'requirepass %s\n' "$REDIS_PASSWORD" >>"$rendered"
fi
exec redis-server "$rendered"
