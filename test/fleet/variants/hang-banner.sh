# shellcheck shell=bash
# sshd's port is open and says nothing: its main process is stopped.

after_boot() { kill -STOP "$(systemctl show --property=MainPID --value ssh)"; }

prove_outside() {
  connects 22
  # shellcheck disable=SC2016 # for the other shell to expand
  refuse 'the banner comes' timeout 2 bash -c 'exec 3<>"/dev/tcp/$0/22"; read -r line <&3' "$FLEET_ADDRESS"
}
