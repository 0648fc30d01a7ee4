#!/bin/sh
# Installs what the tests use besides Python, where this machine allows it; tests skip what stays missing.
missing=""
command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing="$missing chromium"
command -v dot >/dev/null || missing="$missing graphviz"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi || echo "could not install:$missing; their tests are skipped"
