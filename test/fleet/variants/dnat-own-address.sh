# shellcheck shell=bash
# A translation to an address of the host itself: it passes through no forward chain, and ufw's rules see port 22 only.

after_boot() {
  iptables -t nat -A PREROUTING -p tcp --dport 9999 -j DNAT --to-destination "$(hostname -I | cut -d" " -f1):22"
}

prove_outside() {
  # shellcheck disable=SC2016
  expect 'nothing answers' SSH-2.0 timeout 10 bash -c 'exec 3<>"/dev/tcp/$0/9999"; read -r line <&3; echo "$line"' "$FLEET_ADDRESS"
}

prove() { unexpected 'ufw knows about it' 9999 ufw status; }
