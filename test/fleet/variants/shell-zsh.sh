# shellcheck shell=bash
# The scanner's user has zsh as login shell.

before_boot() { usermod --shell /bin/zsh audit; }

# shellcheck disable=SC2016 # the remote shell expands it
prove_outside() { expect 'it is another shell' zsh as_audit 'echo ${ZSH_VERSION:+zsh}'; }
