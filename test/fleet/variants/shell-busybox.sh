# shellcheck shell=bash
# /bin/sh is busybox: ash, with its own ls, find, stat and date behind it.

before_boot() { ln -sf busybox /bin/sh; }

# shellcheck disable=SC2016 # the remote shell expands it
prove_outside() { expect 'it is another shell' busybox as_audit 'readlink /proc/$$/exe; true'; }
