# shellcheck shell=bash
# The root file system is mounted read-only; /var, /run and /tmp are not.

# Only an early unit can do it: later on something holds a file open for writing.
before_boot() {
  cat >/etc/systemd/system/readonly-root.service <<-'END'
	[Unit]
	DefaultDependencies=no
	Before=local-fs.target systemd-tmpfiles-setup.service systemd-sysusers.service systemd-journal-flush.service
	[Service]
	Type=oneshot
	RemainAfterExit=yes
	ExecStart=/bin/sh -c 'mount --bind /var /var && for n in 1 2 3 4 5; do mount -o remount,bind,ro / && exit; sleep 0.2; done; exit 1'
	[Install]
	WantedBy=local-fs.target
	END
  systemctl enable --quiet readonly-root.service
}

prove() {
  refuse '/etc can be written' touch /etc/probe
  touch /var/tmp/probe
  rm /var/tmp/probe
}
