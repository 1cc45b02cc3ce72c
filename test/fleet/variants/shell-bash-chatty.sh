# shellcheck shell=bash
# The scanner's user has bash, with start files that talk on both streams and
# take their time; sshd makes bash read .bashrc even for a single command.

before_boot() {
  usermod --shell /bin/bash audit
  cat >/home/audit/.bashrc <<-'END'
	echo "*** Authorised use only: all activity is logged ***"
	echo "warning: disk usage of /srv is 91 %" >&2
	sleep 0.5
	alias ls='ls --color=always'
	export LS_COLORS GREP_OPTIONS=--color=always
	END
  cp /home/audit/.bashrc /home/audit/.profile
  chown audit:audit /home/audit/.bashrc /home/audit/.profile
}

prove_outside() { expect 'it keeps quiet' 'Authorised use only' as_audit true; }
