# shellcheck shell=bash
# Nothing can be executed where a careless scanner would put a helper.

after_boot() {
  mount -o remount,noexec /tmp
  mount -o remount,noexec /dev/shm
  mount --bind /var/tmp /var/tmp
  mount -o remount,bind,noexec /var/tmp
}

prove() {
  local dir
  for dir in /tmp /dev/shm /var/tmp; do
    printf '#!/bin/sh\n' >"$dir/probe"
    chmod 0755 "$dir/probe"
    refuse "$dir executes" "$dir/probe"
    rm "$dir/probe"
  done
}
