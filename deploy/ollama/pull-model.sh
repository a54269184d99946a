#!/bin/sh
# Sees to it that the model in OLLAMA_MODEL is in the volume, and then rests. Without the internet it
# tries again, ever more seldom.
set -eu

# What the health check looks for: that this is at work, or has nothing left to do.
state=/tmp/pull-model

rest() {
    echo "pull-model: $1"
    echo resting >"$state"
    exec sleep infinity
}

model=${OLLAMA_MODEL:-}
[ -n "$model" ] || rest "OLLAMA_MODEL is empty, so that no model is pulled."

# A server of its own, which writes to the volume that the other one reads.
export OLLAMA_HOST=127.0.0.1:11434
ollama serve &
server=$!
until ollama list >/dev/null 2>&1; do
    kill -0 "$server"
    sleep 1
done

echo pulling >"$state"
pause=15
until ollama show "$model" >/dev/null 2>&1 || ollama pull "$model"; do
    echo "pull-model: $model can't be pulled; the next try is in $pause seconds." >&2
    sleep "$pause"
    pause=$((pause * 2))
    [ "$pause" -le 1800 ] || pause=1800
done
kill "$server"
wait "$server" || true
rest "the model $model is there."
