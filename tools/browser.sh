#!/usr/bin/env bash
# Debian's chromium and a Chinese font for the journey tests: installed where we may, else said and skipped.
set -u
need=()
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || need+=(chromium)
[ -n "$(fc-list :lang=zh 2>/dev/null | head -1)" ] || need+=(fontconfig fonts-noto-cjk)
[ ${#need[@]} = 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing ${need[*]} for the browser journeys"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${need[@]}" >/dev/null 2>&1 && exit 0
fi
echo "The browser journeys need: ${need[*]} (apt-get install ${need[*]}); journeys without a browser are skipped."
