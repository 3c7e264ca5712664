#!/bin/sh
# A user's own check of a rehearsal: the app says hello.
curl -sS --fail --max-time 10 "$REHEARSAL_URL/" | grep -q hello
