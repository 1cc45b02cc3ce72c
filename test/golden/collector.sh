# fleetproof collector: reads, changes nothing. Every command that can run here is listed by "fleetproof plan".
main() {
N='00000000000000000000000000000000'
LC_ALL=C; LANG=C; PATH=/usr/sbin:/usr/bin:/sbin:/bin; HOME=/nonexistent
export LC_ALL LANG PATH HOME
unset LANGUAGE ENV BASH_ENV HISTFILE IFS CDPATH SUDO_ASKPASS
umask 077
set +e +u +x +f
exec 3>&1 4>&2
n=0
LF='
'
# Lower priority than everything that serves; best effort.
renice -n 10 -p $$ >/dev/null 2>&1
uid=$(id -u)
# Centiseconds since boot, without a fork.
up() { IFS=' ' read -r U rest </proc/uptime && U=${U%.*}${U#*.} || U=0; }
up
T=; /usr/bin/timeout -k 1 5 /bin/true >/dev/null 2>&1 && T=timeout
# What sudo lets this user do: all (with a timeout around each command), some (exact commands only), no.
S=no
if [ "$uid" = 0 ]; then S=root
elif [ -x /usr/bin/sudo ]; then
  l=$(/usr/bin/sudo -n -l </dev/null 2>/dev/null | head -c 65536)
  case $l in
    *NOEXEC*|*noexec*) S=some ;;
    *'NOPASSWD: ALL'*) S=all ;;
    *NOPASSWD:*) S=some ;;
  esac
fi
printf '\n%s hello 1 %s %s %s %s %s\n' "$N" "$uid" "$(date -u +%s)" "$U" "$S" "${T:-none}"
tool() { # absolute path of a tool, in P
  P=
  for d in /usr/sbin /usr/bin /sbin /bin; do [ -e "$d/$1" ] && { P=$d/$1; return; }; done
}
priv() { # for listings only: run a fixed command as root, when that is granted
  tool "$1"; [ -n "$P" ] || return 127
  shift
  case $S in
    root) "$P" "$@" ;;
    no) return 1 ;;
    *) /usr/bin/sudo -n -- "$P" "$@" ;;
  esac
}
mark() { # probe: what follows on stderr is its
  printf '\n%s %s\n' "$N" "$1" >&4
}
item() { # probe state uid argv…
  n=$((n + 1)); up
  printf '\n%s item %s %s %s %s\n' "$N" "$1" "$2" "$3" "$U"
  shift 3
  for x in "$@"; do printf '%s\037' "$x"; done
  printf '\n%s out\n' "$N"
}
over() { up; printf '\n%s done %s\n' "$N" "$U"; }
run() { # as probe seconds bytes command…
  a=$1 i=$2 s=$3 c=$4; shift 4
  mark "$i"
  tool "$1"
  if [ -z "$P" ]; then item "$i" missing - "$@"; over; return; fi
  shift; set -- "$P" "$@"
  w=$uid
  if [ "$a" = root ]; then
    w=0
    case $S in
      root) [ -n "$T" ] && set -- /usr/bin/timeout -k 2 "$s" "$@" ;;
      all) if [ -n "$T" ]; then set -- /usr/bin/sudo -n -- /usr/bin/timeout -k 2 "$s" "$@"; else set -- /usr/bin/sudo -n -- "$@"; fi ;;
      some) set -- /usr/bin/sudo -n -- "$@" ;;
      no) item "$i" denied - /usr/bin/sudo -n -- "$@"; over; return ;;
    esac
  elif [ -n "$T" ]; then
    set -- /usr/bin/timeout -k 2 "$s" "$@"
  fi
  item "$i" ran "$w" "$@"
  # The exit code follows the output behind a nonce, so a missing one means: cut off. The reader has a deadline
  # of its own, because a root process that this user cannot kill must not hold up the rest.
  { { { "$@" </dev/null 3>&- 4>&-; printf '%s%03d' "$N" "$?"; } 2>&1 >&6 | head -c 8192 >&4; } 6>&1 & } |
    ${T:+/usr/bin/timeout} ${T:+$((s + 4))} head -c "$((c + ${#N} + 3))" >&3
  over
}
list() { # probe limit mode as probe seconds bytes command… : every line of $L becomes an argument
  k=$1 m=$2 g=$3; shift 3
  z=0; y=0; q=; args=
  IFS=$LF; set -f
  for x in $L; do
    case $x in
      "$N"*) q=${x#"$N"}; continue ;;
      -*|*..*|*[!A-Za-z0-9_./:@=,+-]*) y=$((y + 1)); continue ;;
    esac
    z=$((z + 1)); [ "$z" -gt "$m" ] && { y=$((y + 1)); continue; }
    args=$args$x$LF
  done
  unset IFS
  item "$k.list" ran "$uid"
  printf '%s%s%s' "$args" "$N" "$q"; over
  item "$k.skipped" ran "$uid"
  printf '%s%s000' "$y" "$N"; over
  IFS=$LF
  if [ "$g" = together ]; then
    [ -n "$args" ] && { set -- "$@" $args; unset IFS; set +f; run "$@"; }
  else
    for x in $args; do unset IFS; run "$@" "$x"; IFS=$LF; done
  fi
  unset IFS; set +f
}
run user os-release 10 262144 cat /etc/os-release
run user fail2ban-units 10 262144 systemctl show fail2ban.service ssh.service sshd.service -p Id,LoadState,ActiveState,UnitFileState
run user fail2ban-config 10 262144 sh -c 'dump=$(fail2ban-client -d) || exit
for file in /etc/fail2ban/*.conf /etc/fail2ban/*.local /etc/fail2ban/*.d/*.conf /etc/fail2ban/*.d/*.local; do
  [ -e "$file" ] && [ ! -r "$file" ] && printf '\''unreadable %s\n'\'' "$file"
done
printf '\''%s\n'\'' "$dump" | sed -n "s/^\['\''set'\'', '\''[^'\'']*'\'', '\''addlogpath'\'', '\''\([^'\'']*\)'\''.*/\1/p" |
  while IFS= read -r file; do stat -c '\''log %s %Y %n'\'' -- "$file" 2>/dev/null; done
printf '\''%s\n'\'' "$dump" | awk '\''
function property(name) {
  if (!match($0, "\\[\047" name "\047, \047[^\047]*\047\\]")) return ""
  return substr($0, RSTART + length(name) + 6, RLENGTH - length(name) - 8)
}
/^\[\047(set|multi-set)\047, \047[^\047]*\047, \047action\047, / {
  split($0, word, "\047")
  used = ""
  count = split("iptables,nft,ipset,ufw,firewall-cmd,hosts.deny,ip route", tools, ",")
  for (i = 1; i <= count; i++) if (index($0, tools[i])) used = used "," tools[i]
  limited = index($0, "dport") || index($0, "port port=") ? "ports" : "all"
  printf "action\t%s\t%s\t%s\t%s\t%s\t%s\n", word[4], word[8], limited, property("port"), property("protocol"), substr(used, 2)
  next
}
/^\[\047set\047, \047[^\047]*\047, \047prefregex\047, / { if (index($0, "sshd")) print; next }
/^\[\047set\047, \047[^\047]*\047, \047ignorecommand\047, / { if (!/, \047\047\]$/) { split($0, word, "\047"); print "ignored-by-command\t" word[4] } next }
/^\[\047(add|start)\047, / { print }
/^\[\047set\047, \047[^\047]*\047, \047(maxretry|findtime|bantime|bantime.increment|addlogpath|addjournalmatch|addaction)\047, / { print }
'\'''
run user fail2ban-traces 10 262144 sh -c 'for tool in iptables nft ipset ufw firewall-cmd ip; do
  command -v "$tool" >/dev/null && echo "tool $tool"
done
stat -c '\''started %Y'\'' /run/fail2ban/fail2ban.sock 2>/dev/null
stat -c '\''log %s %Y %n'\'' /var/log/auth.log /var/log/secure 2>/dev/null
journalctl -q --no-pager -o short-unix -n 500 _COMM=sshd + _COMM=sshd-session 2>/dev/null |
  awk '\''/: (Failed password for|Invalid user) / { printf "failure %d\n", $1 }'\''
if [ -r /var/log/fail2ban.log ]; then
  tail -c 262144 /var/log/fail2ban.log | awk '\''
    /Jail .sshd. started/ { failed = 0 }
    / ERROR +Failed to execute ban jail .sshd./ { failed++ }
    END { print "failed-bans " failed + 0 }'\''
fi
:'
run root fail2ban-status 10 262144 fail2ban-client status sshd
run root fail2ban-maxretry 10 262144 fail2ban-client get sshd maxretry
run root fail2ban-findtime 10 262144 fail2ban-client get sshd findtime
run root fail2ban-bantime 10 262144 fail2ban-client get sshd bantime
run root fail2ban-actions 10 262144 fail2ban-client get sshd actions
run root fail2ban-ignoreip 10 262144 fail2ban-client get sshd ignoreip
printf '\n%s end\n' "$N" >&4
printf '\n%s bye %s\n' "$N" "$n"
}
main
exit 0
