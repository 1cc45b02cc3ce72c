# shellcheck shell=bash
# A new kernel has been waiting for a reboot for thirty days.

after_boot() {
  echo '*** System restart required ***' >/run/reboot-required
  echo linux-image-amd64 >/run/reboot-required.pkgs
  touch -d '30 days ago' /run/reboot-required /run/reboot-required.pkgs
}

prove() { [[ -n $(find /run/reboot-required -mtime +28) ]]; }
