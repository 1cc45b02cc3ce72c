# fleetproof collector: reads, changes nothing. Every command that can run here is listed by "fleetproof plan".
set +a; unset N
N='00000000000000000000000000000000'
main() {
LC_ALL=C; LANG=C; PATH=/usr/sbin:/usr/bin:/sbin:/bin; HOME=/nonexistent
export LC_ALL LANG PATH HOME
unset IFS
# Functions that bash exports would stand in for commands, here and in the sh of every snippet.
unset -f env sed
for v in $(env | sed -n 's/^BASH_FUNC_\([^=]*\)[%(][%)]=.*/\1/p'); do unset -f "$v"; done
# What pam_env, SetEnv or a profile set must not change what a command answers (APT_CONFIG, TZ, POSIXLY_CORRECT).
# A shell ends when it is told to unset one that it holds read-only.
for v in $(env | sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/\1/p'); do
  case $v in
    LC_ALL|LANG|PATH|HOME|SSH_CONNECTION|SHELLOPTS|BASHOPTS|BASH_VERSINFO|PPID|UID|EUID) ;;
    *) unset "$v" ;;
  esac
done
umask 077
set +e +u +x +f
exec 3>&1 4>&2
n=0
LF='
'
# Lower priority than everything that serves; best effort.
renice -n 10 -p $$ >/dev/null 2>&1
# Nobody here is left to end what would spin on after a cut connection.
ulimit -t 60 2>/dev/null
uid=$(id -u)
# Centiseconds since boot, without a fork.
up() { IFS=' ' read -r U rest </proc/uptime && U=${U%.*}${U#*.} || U=0; }
up
T=; /usr/bin/timeout -k 1 5 /bin/true >/dev/null 2>&1 && T=timeout
# What sudo lets this user do as root: all (with a timeout around each command), some (exact commands only), no.
# late: sudo did not say in time.
S=no
printf '\n%s sudo\n' "$N" >&4
if [ "$uid" = 0 ]; then S=root
elif [ -x /usr/bin/sudo ]; then
  # A directory service may keep sudo waiting, and nobody here could end it.
  l=$({ { /usr/bin/sudo -n -l </dev/null; printf '\n%s' "$N"; } 2>&4 3>&- 4>&- & } |
    ${T:+/usr/bin/timeout} ${T:+10} head -c 65536)
  p='NOPASSWD: '
  case $l in *'!authenticate'*) p= ;; esac
  case $l in
    *NOEXEC*|*noexec*) S=some ;;
    *"${p}ALL"*)
      S=some
      printf '%s\n' "$l" | grep -qE "^ *\(([^!)]*, )?(ALL|root)[^!)]*\) .*${p}ALL" && S=all ;;
    *NOPASSWD:*|*'!authenticate'*) S=some ;;
    *"$N") ;;
    *) S=late ;;
  esac
else echo 'There is no /usr/bin/sudo on this host' >&4
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
    no|late) return 1 ;;
    *) /usr/bin/sudo -n -- "$P" "$@" ;;
  esac
}
mark() { # probe: what follows on stderr is its
  printf '\n%s %s\n' "$N" "$1" >&4
}
item() { # probe state uid argv… : a snippet is named, since this text holds it
  n=$((n + 1)); up
  printf '\n%s item %s %s %s %s\n' "$N" "$1" "$2" "$3" "$U"
  j=$1; shift 3
  for x in "$@"; do
    case $x in *"$LF"*) x="(snippet $j)" ;; esac
    printf '%s\037' "$x"
  done
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
      late) item "$i" ran - /usr/bin/sudo -n -- "$@"; over; return ;;
      no) item "$i" denied - /usr/bin/sudo -n -- "$@"; over; return ;;
    esac
  elif [ -n "$T" ]; then
    set -- /usr/bin/timeout -k 2 "$s" "$@"
  fi
  item "$i" ran "$w" "$@"
  # The exit code follows the output behind a nonce, so a missing one means: cut off. The reader has a deadline
  # of its own, because a root process that this user cannot kill must not hold up the rest.
  { { { "$@" </dev/null 3>&- 4>&-; printf '%s%03d' "$N" "$?"; } 2>&1 >&6 | head -c 131072 >&4; } 6>&1 & } |
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
  printf '%s%s' "$args" "${q:+$N$q}"; over
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
run user machine 10 262144 sh -c 'c=$(systemd-detect-virt -c 2>/dev/null)
[ -n "$c" ] || { read -r c </run/systemd/container; } 2>/dev/null
[ -n "$c" ] || { [ -e /.dockerenv ] && c=docker; }
[ -n "$c" ] || { [ -e /run/.containerenv ] && c=podman; }
printf '\''container:%s
'\'' "${c:-none}"
for f in sys_vendor product_name bios_vendor chassis_asset_tag; do
  v=; { IFS= read -r v </sys/class/dmi/id/$f; } 2>/dev/null
  [ -n "$v" ] && printf '\''%s:%s
'\'' "$f" "$v"
done
v=; { read -r v </sys/hypervisor/uuid; } 2>/dev/null
[ -n "$v" ] && printf '\''hypervisor_uuid:%.3s
'\'' "$v"
v=; { read -r v </run/cloud-init/cloud-id; } 2>/dev/null
[ -n "$v" ] && printf '\''cloud_id:%s
'\'' "$v"
{ read -r v </proc/cmdline; } 2>/dev/null
case " $v " in *'\'' vultr '\''*) echo '\''cmdline:vultr'\'' ;; esac
[ -e /etc/vultr ] && echo '\''file:/etc/vultr'\''
exit 0'
run user passwd-entries 10 262144 getent passwd
run user group-entries 10 262144 getent group
run root fail2ban-status-before 5 262144 fail2ban-client status sshd
run user firewall-programs 10 262144 ls -1d /usr/sbin/ufw /sys/module/x_tables /sys/module/nf_tables /proc/net/ip_tables_names /proc/net/ip6_tables_names
run user firewall-settings 10 262144 grep -H '^[^#]' /etc/ufw/ufw.conf /etc/default/ufw /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/*/forwarding /proc/sys/net/ipv6/conf/*/forwarding /proc/sys/net/ipv6/conf/all/disable_ipv6 /proc/net/if_inet6
run user default-routes 10 262144 grep -hE '^[^[:space:]]+[[:space:]]+0{8}[[:space:]]|^0{32} 00 ' /proc/net/route /proc/net/ipv6_route
run user own-addresses 10 262144 grep -hE -B1 '/32 host LOCAL|^[0-9a-f]{32} ' /proc/net/fib_trie /proc/net/if_inet6
run user firewall-units 10 262144 systemctl show -p Id,LoadState,ActiveState,UnitFileState ufw.service nftables.service firewalld.service netfilter-persistent.service iptables.service ip6tables.service
run root iptables-save 10 1048576 iptables-save
run root ip6tables-save 10 1048576 ip6tables-save
run root iptables-legacy-save 10 1048576 iptables-legacy-save
run root ip6tables-legacy-save 10 1048576 ip6tables-legacy-save
run root nft-ruleset 10 2097152 nft -j -s list ruleset
run root firewall-rule-files 10 262144 tail -n +1 /etc/ufw/before.rules /etc/ufw/before6.rules /etc/ufw/after.rules /etc/ufw/after6.rules /etc/ufw/user.rules /etc/ufw/user6.rules /etc/nftables.conf /etc/sysconfig/nftables.conf /etc/iptables/rules.v4 /etc/iptables/rules.v6 /etc/sysconfig/iptables /etc/sysconfig/ip6tables
run root sshd-effective 10 262144 sshd -T -C user=fleetproof-stranger,host=stranger.invalid,addr=203.0.113.7,laddr=198.51.100.1,lport=22
run root sshd-config 10 262144 grep -Ran '^' /etc/ssh/sshd_config /etc/ssh/sshd_config.d
run user sshd-config-readable 10 262144 grep -Ran '^' /etc/ssh/sshd_config /etc/ssh/sshd_config.d
mark sshd-contexts.list
L=$({ { (
case $S in
  no) exit 0 ;;
  some) printf %s "$l" | tr -s ' \n' '  ' | grep -qF 'sshd -T -C [' || exit 0 ;;
esac
t=$(grep -Ran ^ /etc/ssh/sshd_config /etc/ssh/sshd_config.d 2>/dev/null)
[ $? -lt 2 ] || t=$(priv grep -Ran ^ /etc/ssh/sshd_config /etc/ssh/sshd_config.d 2>/dev/null)
printf '%s\n' "$t" | sed 's/^[^:]*:[^:]*://' | awk '
function example(p) { sub(/^!/, "", p); sub(/\/.*/, "", p); gsub(/[*?]/, "1", p); return p }
function stranger() {
  v["user"] = "fleetproof-stranger"; v["group"] = "-"; v["address"] = "203.0.113.7"; v["host"] = "stranger.invalid"
  v["localaddress"] = "198.51.100.1"; v["localport"] = "22"
}
function spec() { return v["group"] " " v["user"] " " v["host"] " " v["address"] " " v["localaddress"] " " v["localport"] }
function say(on, value) { stranger(); v[on] = value; print spec() }
{
  gsub(/["\r]/, ""); sub(/#.*/, "")
  n = split($0, w, /[ \t=]+/); i = 1; if (w[1] == "") i = 2
  k = tolower(w[i]); a = w[i + 1]
  if (k == "port") ports[a]
  if (k == "listenaddress") {
    if (a ~ /^\[?[^]:]*\]?:[0-9]+$|\]:/) { p = a; sub(/.*:/, "", p); ports[p]; sub(/:[0-9]+$/, "", a) }
    gsub(/[][]/, "", a)
    if (a ~ /^[0-9A-Fa-f.:]+$/ && a != "0.0.0.0" && a != "::") addresses[a]
  }
  if (k != "match") next
  blocks++
  split("", list)
  for (i++; i < n; i += 2) list[tolower(w[i])] = w[i + 1]
  for (c in list) {
    m = split(list[c], patterns, ",")
    for (j = 1; j <= m; j++) {
      stranger(); named[c]
      for (d in list) { split(list[d], f, ","); v[d] = example(f[1]) }
      v[c] = example(patterns[j])
      specs[++s] = spec()
    }
  }
}
END {
  if (!blocks) exit
  say("user", "root")
  if ("localport" in named) { for (p in ports) say("localport", p); say("localport", "1") }
  if ("localaddress" in named) for (a in addresses) say("localaddress", a)
  for (i = 1; i <= s; i++) print specs[i]
}' | while read -r g u h a la lp; do
  if [ "$g" != - ]; then
    e=$(getent group "$g") || continue
    m=${e##*:}; m=${m%%,*}
    [ -n "$m" ] || { i=${e%:*}; i=${i##*:}; m=$(getent passwd | awk -F: -v g="$i" '$4 == g { print $1; exit }'); }
    [ -n "$m" ] && u=$m
  fi
  echo "user=$u,host=$h,addr=$a,laddr=$la,lport=$lp"
done | awk '!seen[$0]++'
) </dev/null 2>&4 3>&- 4>&-; printf '\n%s%03d\n' "$N" "$?"; } & } |
  ${T:+/usr/bin/timeout} ${T:+10} head -c 65536)
list sshd-contexts 16 single root sshd-contexts 10 262144 sshd -T -C
run root sshd-files 10 262144 find -L /run/sshd.pid /etc/ssh/sshd_config /etc/ssh/sshd_config.d -maxdepth 3 -printf '%T@ %C@ %y:' -print
run user sshd-defaults 10 262144 grep -hs -e '^SSHD_OPTS=' -e '^OPTIONS=' /etc/default/ssh /etc/sysconfig/sshd
run user ssh-units 10 262144 env TZ=UTC systemctl show -p Id,LoadState,ActiveState,UnitFileState,MainPID,StateChangeTimestamp,StateChangeTimestampMonotonic,Listen,Accept ssh.service sshd.service ssh.socket sshd.socket '*ssh*.socket' 'dropbear*.socket'
run user ssh-processes 10 262144 sh -c '[ -r /proc/self/comm ] || exit 3
for p in /proc/[0-9]*; do
  read -r c <"$p/comm" || continue
  case $c in sshd*|dropbear*|tinysshd*) ;; *) continue ;; esac
  printf '\''%s %s '\'' "${p#/proc/}" "$c"
  tr '\''\000\n'\'' '\''  '\'' <"$p/cmdline"
  echo
done 2>/dev/null
read -r f </run/sshd.pid && echo "pidfile $f"
read -r u f </proc/uptime && echo "clock $(date +%s) $u"
way() {
  d= r=$1 i=0
  while [ -n "$r" ] && [ $i -lt 40 ]; do
    c=${r%%/*}; r=${r#"$c"}; r=${r#/}
    case $c in '\'''\''|.) continue ;; ..) d=${d%/*}; continue ;; esac
    if [ -L "$d/$c" ]; then
      i=$((i + 1))
      stat -c '\''changed %Z %n'\'' "$d/$c"
      l=$(readlink "$d/$c")
      r=$l${r:+/$r}
      case $l in /*) d= ;; esac
    elif [ -e "$d/$c" ]; then d=$d/$c
    else
      [ -x "$d/" ] && stat -c '\''changed %Y %n'\'' "$d/"
      return
    fi
  done
}
for f in /etc/ssh/sshd_config /etc/ssh/sshd_config.d /etc/ssh/sshd_config.d/*; do way "$f"; done
exit 0'
run root ssh-listeners 10 262144 ss -Hltnp
run user ssh-host-keys 10 262144 grep -aHsoE '^(ssh|ecdsa|sk)-[a-z0-9@.-]+ AAAA[A-Za-z0-9+/=]+' /etc/ssh/*_key.pub
run user ssh-strict-kex 10 262144 grep -acHsF kex-strict-s-v00@openssh.com /usr/sbin/sshd /usr/lib*/openssh/sshd-*
mark ssh-key-paths.list
L=$({ { (
a=$(grep -hais '^[[:space:]]*authorizedkeysfile' /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf |
  sed -e 's/#.*//' -e 's/^[[:space:]]*[^[:space:]=]*[[:space:]=]*//' | tr -d "\"'" | tr '\n' ' ')
l=$(getent passwd | awk -F: -v a=".ssh/authorized_keys .ssh/authorized_keys2 $a" '
BEGIN { n = split(a, p, /[ \t]+/) }
$6 ~ /^\// && $7 !~ /\/(nologin|false|true|sync|halt|shutdown)$/ {
  h = $6; gsub(/\/\/+/, "/", h); if (h != "/") sub(/\/$/, "", h)
  for (i = 1; i <= n; i++) {
    f = p[i]
    if (f == "" || f == "none") continue
    gsub(/%%/, "\001", f); gsub(/%h/, h, f); gsub(/%u/, $1, f); gsub(/%U/, $3, f); gsub(/\001/, "%", f)
    if (f !~ /^\//) f = h "/" f
    gsub(/\/\/+/, "/", f)
    if (!seen[f]++) print h "\t" f
  }
}') && [ -n "$l" ] || exit 1
printf '%s\n' "$l" | while IFS='	' read -r h f; do
  d=${f%/*}
  [ -x "$h" ] && [ "$d" = "$h/.ssh" ] && [ ! -e "$d" ] && [ ! -L "$d" ] && { echo "$h"; continue; }
  [ -x "$d" ] && [ ! -e "$f" ] && [ ! -L "$f" ] && { echo "$d"; continue; }
  printf '%s\n' "$h" "$d" "$f"
done | awk '!seen[$0]++'
) </dev/null 2>&4 3>&- 4>&-; printf '\n%s%03d\n' "$N" "$?"; } & } |
  ${T:+/usr/bin/timeout} ${T:+10} head -c 65536)
list ssh-key-paths 1000 together root ssh-key-paths 10 262144 stat -L -c '%a %u %g %F:%n' --
mark ssh-key-lines.list
L=$({ { (
a=$(grep -hais '^[[:space:]]*authorizedkeysfile' /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf |
  sed -e 's/#.*//' -e 's/^[[:space:]]*[^[:space:]=]*[[:space:]=]*//' | tr -d "\"'" | tr '\n' ' ')
l=$(getent passwd | awk -F: -v a=".ssh/authorized_keys .ssh/authorized_keys2 $a" '
BEGIN { n = split(a, p, /[ \t]+/) }
$6 ~ /^\// && $7 !~ /\/(nologin|false|true|sync|halt|shutdown)$/ {
  h = $6; gsub(/\/\/+/, "/", h); if (h != "/") sub(/\/$/, "", h)
  for (i = 1; i <= n; i++) {
    f = p[i]
    if (f == "" || f == "none") continue
    gsub(/%%/, "\001", f); gsub(/%h/, h, f); gsub(/%u/, $1, f); gsub(/%U/, $3, f); gsub(/\001/, "%", f)
    if (f !~ /^\//) f = h "/" f
    gsub(/\/\/+/, "/", f)
    if (!seen[f]++) print h "\t" f
  }
}') && [ -n "$l" ] || exit 1
printf '%s\n' "$l" | while IFS='	' read -r h f; do
  d=${f%/*}
  [ -x "$h" ] && [ "$d" = "$h/.ssh" ] && [ ! -e "$d" ] && [ ! -L "$d" ] && { :; continue; }
  [ -x "$d" ] && [ ! -e "$f" ] && [ ! -L "$f" ] && { :; continue; }
  printf '%s\n' "$f"
done | awk '!seen[$0]++'
) </dev/null 2>&4 3>&- 4>&-; printf '\n%s%03d\n' "$N" "$?"; } & } |
  ${T:+/usr/bin/timeout} ${T:+10} head -c 65536)
list ssh-key-lines 1000 together root ssh-key-lines 10 262144 grep -aHno -D skip -d skip -E '^[[:blank:]]*#|(ssh|ecdsa|sk|rsa)-[a-z0-9@.-]+[[:blank:]]+AAAA[A-Za-z0-9+/]+' --
run user ssh-connection 10 262144 printenv SSH_CONNECTION
run user fail2ban-units 10 262144 systemctl show fail2ban.service ssh.service sshd.service -p Id,LoadState,ActiveState,UnitFileState
run user fail2ban-config 10 262144 sh -c 'dump=$(fail2ban-client -d) || exit
socket=/run/fail2ban/fail2ban.sock
for folder in /etc/fail2ban /etc/fail2ban/*.d; do
  [ -d "$folder" ] || continue
  [ -r "$folder" ] && [ -x "$folder" ] || printf '\''unreadable %s\n'\'' "$folder"
done
for file in /etc/fail2ban/*.conf /etc/fail2ban/*.local /etc/fail2ban/*.d/*.conf /etc/fail2ban/*.d/*.local; do
  [ -e "$file" ] || continue
  [ -r "$file" ] || printf '\''unreadable %s\n'\'' "$file"
  [ -e "$socket" ] && [ "$file" -nt "$socket" ] && printf '\''changed %s\n'\'' "$file"
done
printf '\''%s\n'\'' "$dump" | sed -n "s/^\['\''set'\'', '\''[^'\'']*'\'', '\''addlogpath'\'', '\''\([^'\'']*\)'\''.*/\1/p" |
  while IFS= read -r file; do stat -L -c '\''log %s %Y %n'\'' -- "$file" 2>/dev/null || {
  folder=$file
  until [ -z "$folder" ] || [ -e "$folder" ]; do folder=${folder%/*}; done
  [ ! -d "$folder" ] || [ -x "$folder" ] || printf '\''closed-log %s\n'\'' "$file"
}; done
printf '\''%s\n'\'' "$dump" | awk '\''
function property(name) {
  if (!match($0, "\\[\047" name "\047, \047[^\047]*\047\\]")) return ""
  return substr($0, RSTART + length(name) + 6, RLENGTH - length(name) - 8)
}
function named(pattern,   rest, list, one) {
  rest = $0
  while (match(rest, pattern)) {
    one = substr(rest, RSTART, RLENGTH)
    rest = substr(rest, RSTART + RLENGTH)
    sub(/.* /, "", one)
    list = list " " one
  }
  return list " "
}
function places(   own, all, list, i, n) {
  own = named("(ip6?tables[^;|&\\\\]* (-N|--new-chain)|--add-chain [^ ]+ [a-z]+) [A-Za-z0-9_.-]+")
  n = split(named("(ip6?tables[^;|&\\\\]* (-[IA]|--insert|--append)|--add-rule [^ ]+ [a-z]+) [A-Za-z0-9_.-]+"), all, " ")
  for (i = 1; i <= n; i++) if (!index(own, " " all[i] " ") && !index("," list ",", "," all[i] ",")) list = list "," all[i]
  n = split(named("type [a-z]+ hook [a-z]+"), all, " ")
  for (i = 1; i <= n; i++) list = list ",hook:" all[i]
  return substr(list, 2)
}
/^\[\047(set|multi-set)\047, \047[^\047]*\047, \047action\047, / {
  split($0, word, "\047")
  used = ""
  count = split("iptables,nft,ipset,ufw,firewall-cmd,hosts.deny,ip route", tools, ",")
  for (i = 1; i <= count; i++) if (index($0, tools[i])) used = used "," tools[i]
  limited = index($0, "dport") || index($0, "port port=") ? "ports" : "all"
  if (tolower(property("blocktype")) ~ /^(accept|allow|return|continue|counter|log|nflog)([^a-z]|$)/) printf "lets-in\t%s\t%s\n", word[4], word[8]
  printf "action\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", word[4], word[8], limited, property("port"), property("protocol"), substr(used, 2), places()
  next
}
/^\[\047set\047, \047[^\047]*\047, \047prefregex\047, / { if (index($0, "sshd")) { split($0, word, "\047"); sshd[word[4]] = 1; print }; next }
/^\[\047(set|multi-set)\047, \047[^\047]*\047, \047add(fail|ignore)regex\047, / {
  split($0, word, "\047")
  if (word[6] == "addignoreregex") own[word[4]] = 1
  else if (index($0, "Failed ")) failed[word[4]] = 1
  next
}
/^\[\047start\047, / { split($0, word, "\047"); if (word[4] in sshd && (word[4] in own || !(word[4] in failed))) print "own-patterns\t" word[4] }
/^\[\047set\047, \047[^\047]*\047, \047ignorecommand\047, / { if (!/, \047\047\]$/) { split($0, word, "\047"); print "ignored-by-command\t" word[4] } next }
/^\[\047(add|start)\047, / { print }
/^\[\047set\047, \047[^\047]*\047, \047(maxretry|findtime|bantime|addlogpath|addjournalmatch|addaction)\047, / { print }
'\'''
run user fail2ban-traces 10 262144 sh -c 'for tool in iptables nft ipset ufw firewall-cmd ip; do
  command -v "$tool" >/dev/null && echo "tool $tool"
done
stat -c '\''started %Y'\'' /run/fail2ban/fail2ban.sock 2>/dev/null
for file in /var/log/auth.log /var/log/secure; do
  stat -L -c '\''log %s %Y %n'\'' -- "$file" 2>/dev/null || {
  folder=$file
  until [ -z "$folder" ] || [ -e "$folder" ]; do folder=${folder%/*}; done
  [ ! -d "$folder" ] || [ -x "$folder" ] || printf '\''closed-log %s\n'\'' "$file"
}
done
journalctl -q --no-pager -o short-unix -n 500 _COMM=sshd + _COMM=sshd-session 2>/dev/null |
  awk -v own=" 127.0.0.1 ::1 $(hostname -I 2>/dev/null) " '\''/: (Failed password for|Invalid user) / {
    from = "-"
    if (match($0, / from [0-9A-Fa-f:.]+ port [0-9]+( ssh2)?$/)) { from = substr($0, RSTART + 6); sub(/ .*/, "", from) }
    if (!index(own, " " from " ")) printf "failure %d %s\n", $1, from
  }'\''
if [ -r /var/log/fail2ban.log ]; then
  tail -c 262144 /var/log/fail2ban.log | awk '\''
    /Jail .sshd. started/ { failed = 0 }
    / ERROR +Failed to execute ban jail .sshd./ { failed++ }
    END { print "failed-bans " failed + 0 }'\''
fi
:'
run root fail2ban-status 5 262144 fail2ban-client status sshd
run root fail2ban-maxretry 5 262144 fail2ban-client get sshd maxretry
run root fail2ban-findtime 5 262144 fail2ban-client get sshd findtime
run root fail2ban-bantime 5 262144 fail2ban-client get sshd bantime
run root fail2ban-bantime-increment 5 262144 fail2ban-client get sshd bantime.increment
run root fail2ban-actions 5 262144 fail2ban-client get sshd actions
run root fail2ban-ignoreip 5 262144 fail2ban-client get sshd ignoreip
run user dpkg-packages 10 262144 dpkg-query -W '-f=${db:Status-Abbrev} ${Package} ${Version}\n' fail2ban openssh-server unattended-upgrades 'linux-image-[0-9]*'
run user apt-settings 10 262144 apt-config dump APT::Periodic Unattended-Upgrade
run user apt-timers 10 262144 systemctl show apt-daily.timer apt-daily-upgrade.timer apt-daily.service apt-daily-upgrade.service -p Id,LoadState,ActiveState,UnitFileState,Unit,AccuracyUSec,ExecStart,ExecCondition,ConditionResult,ConditionTimestamp
run user apt-timer-calendars 10 262144 systemctl show apt-daily.timer apt-daily-upgrade.timer -p Id,TimersCalendar,TimersMonotonic,RandomizedDelayUSec
run user apt-lists 10 262144 grep -HE '^(Origin|Label|Suite|Codename|Components|Date|Valid-Until):' /var/lib/apt/lists/*Release
run user update-times 10 262144 stat -c '%Y %Z %n' /run/reboot-required /etc/machine-id /var/lib/apt/periodic/* /boot/vmlinuz-* /var/lib/dpkg/info/linux-image-*.list
run user running-kernel 10 262144 cat /proc/sys/kernel/osrelease /proc/version
run user reboot-packages 10 262144 cat /run/reboot-required.pkgs
run user apt-pending 20 1048576 sh -c 'set -f
packages=$(dpkg-query -W -f '\''${db:Status-Want} ${db:Status-Status} ${binary:Package}\n'\'') || exit
packages=$(printf '\''%s\n'\'' "$packages" | awk '\''
  $2 != "config-files" && $2 != "not-installed" && $3 ~ /^[a-z0-9][a-z0-9+.:-]*$/ { print $1, $3 }'\'')
printf '\''%s\n'\'' "$packages" | awk '\''$1 == "hold"; END { print "installed " NR }'\''
names=$(printf '\''%s\n'\'' "$packages" | awk '\''{ print $2 }'\'')
if [ "$(id -u)" = 0 ]; then
  tables=$(setpriv --reuid=65534 --regid=65534 --clear-groups apt-cache policy $names 2>&1) &&
    case $tables in *'\''Unable to read '\''*) false ;; esac ||
    tables=$(apt-cache -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= policy $names)
else
  tables=$(apt-cache policy $names)
fi || exit
newer=$(printf '\''%s\n'\'' "$tables" | awk '\''
  { gsub(/:\/\/[^\/@ ]*@/, "://") }
  /^[^ ]/ { head = $0; newer = ""; below = 0; next }
  /^  [A-Z]/ { next }
  /^ \*\*\* / { current++; below = 1; if (newer != "") print head newer "\n" $0; next }
  /^ +-?[0-9]+ [a-z]/ && !seen[$0]++ { sources = sources "source" $0 "\n" }
  !below { newer = newer "\n" $0 }
  END { printf "%scurrent %d\n", sources, current }'\'')
printf '\''%s\n'\'' "$newer"
set +f
printf '\''%s\n'\'' "$newer" | sed -n '\''s/^\([a-z0-9][a-z0-9+.-]*\)[^ ]*:$/\1/p'\'' | head -n 200 | while read -r name; do
  stat -c '\''archive %Y %Z %n'\'' /var/cache/apt/archives/"$name"_*.deb 2>/dev/null
done
:'
run root unattended-upgrades-log 10 262144 tail -c 65536 /var/log/unattended-upgrades/unattended-upgrades.log
run user secret-files 10 524288 sh -c 'NL='\''
'\''
L= n=0
keep() {
  case $1 in *"$NL"*) printf '\''odd %s\n'\'' "${1%%"$NL"*}"; return ;; esac
  case "$NL$L" in *"$NL$1$NL"*) ;; *) L=$L$1$NL; n=$((n + 1)) ;; esac
}
found() {
  [ -e "$1" ] || return
  keep "$1"
  d=${1%/*}
  while [ -n "$d" ]; do
    case "$NL$L" in *"$NL$d$NL"*) return ;; esac
    keep "$d"
    d=${d%/*}
  done
}
for d in /etc/apache2 /etc/apache2/* /etc/letsencrypt/archive /etc/letsencrypt/archive/* /etc/nginx /etc/nginx/* /etc/ssh /etc/ssl/private /etc/wireguard /home /home/* /home/*/* /home/*/*/* /home/*/.ssh /opt /opt/* /opt/*/* /root /root/.ssh /srv /srv/* /srv/*/* /var/www /var/www/* /var/www/*/*; do
  [ -d "$d" ] || continue
  [ -r "$d" ] && [ -x "$d" ] || { printf '\''closed %s\n'\'' "$d"; found "$d"; }
done
for d in /etc /etc/letsencrypt /etc/mysql /etc/ssl /home/* /home/*/* /home/*/*/* /home/*/.aws /home/*/.kube /opt/* /opt/*/* /root /root/.aws /root/.kube /srv /srv/* /srv/*/* /var /var/www /var/www/* /var/www/*/*; do
  [ -d "$d" ] || continue
  [ -x "$d" ] || { printf '\''closed %s\n'\'' "$d"; found "$d"; }
done
for f in /etc/shadow /etc/shadow- /etc/gshadow /etc/gshadow- /etc/ssh/ssh_host_*_key /etc/ssl/private /etc/ssl/private/* /etc/letsencrypt/archive/*/privkey*.pem /etc/nginx/*.key /etc/nginx/*/*.key /etc/apache2/*/*.key /etc/wireguard/*.conf /etc/mysql/debian.cnf /root/.ssh/id_* /root/.pgpass /root/.my.cnf /root/.netrc /root/.git-credentials /root/.aws/credentials /root/.kube/config /root/*.key /home/*/.ssh/id_* /home/*/.pgpass /home/*/.my.cnf /home/*/.netrc /home/*/.git-credentials /home/*/.aws/credentials /home/*/.kube/config /home/*/*.key /root/.env /root/.env.* /home/*/.env /home/*/.env.* /home/*/*/.env /home/*/*/.env.* /home/*/*/*/.env /home/*/*/*/.env.* /var/www/.env /var/www/.env.* /var/www/*/.env /var/www/*/.env.* /var/www/*/*/.env /var/www/*/*/.env.* /srv/.env /srv/.env.* /srv/*/.env /srv/*/.env.* /srv/*/*/.env /srv/*/*/.env.* /opt/*/.env /opt/*/.env.* /opt/*/*/.env /opt/*/*/.env.* /home/*/*/wp-config.php /home/*/*/*/wp-config.php /var/www/wp-config.php /var/www/*/wp-config.php /var/www/*/*/wp-config.php /srv/*/wp-config.php /srv/*/*/wp-config.php /home/*/*/terraform.tfstate /srv/*/terraform.tfstate /opt/*/terraform.tfstate; do
  case $f in *.pub|*.example|*.sample|*.dist|*.template) continue ;; esac
  found "$f"
  [ "$n" -lt 1500 ] || { echo many; break; }
done
settings() { # what one file says; E: what ends a directive
  [ -r "$1" ] && awk -v e="$E" '\''
    function say(text, word) {
      gsub(/["\047\r\t\n ]+/, " ", text); gsub(/^ | $/, "", text)
      word = tolower(text); sub(/ .*/, "", word); sub(/^[^ ]* ?/, "", text)
      if (word ~ /^include(optional)?$/) print "include", text
      if (word ~ /^alias(match)?$/) { if (e != " ") sub(/^[^ ]* /, "", text); print "root", text }
      if (word ~ /^(virtual)?documentroot(ip)?$|^root$/) print "root", text
      if (word ~ /^ssl_?certificate_?key(file)?$/) print "key", text
    }
    {
      sub(/(^|[ \t;{}])#.*/, "")
      if (e != " " && sub(/\\\r?$/, "")) { s = s $0 " "; next }
      gsub(/[$][{]/, "$")
      s = substr(s, 1, 4096) $0 e
      n = split(s, part, e == " " ? "[;{}]" : e)
      for (i = 1; i < n; i++) say(part[i])
      s = part[n]
    }
    END { say(s) }'\'' "$1" || printf '\''unread %s\n'\'' "$1"
}
# The files of one server, and what they include, wherever it is.
server() {
  B=$1 E=$2 S=$NL k=0
  shift 2
  while [ $# -gt 0 ]; do
    k=$((k + 1)) t=
    for f; do
      case $S in *"$NL$f$NL"*) continue ;; esac
      S=$S$f$NL
      case $f in *.key|*.pem|*.crt|*.so) continue ;; esac
      if [ -L "$f" ] && [ ! -e "$f" ] || [ $k -gt 8 ]; then printf '\''unread %s\n'\'' "$f"
      elif [ -f "$f" ]; then t=$t$(settings "$f")$NL
      fi
    done
    printf '\''%s'\'' "$t" | grep -v '\''^include '\''
    t=$(printf '\''%s'\'' "$t" | sed -n '\''s/^include //p'\'' | sed "/^\//!s,^,$B/,")
    set -f; IFS=$NL; set -- $t; set +f
    for p in "$@"; do
      d=${p%/*}
      until [ -z "$d" ] || [ -e "$d" ]; do d=${d%/*}; done
      case $p in
        *'\''$'\''*) false ;;
        *[*?[]*) [ -x "$d/" ] && [ -r "$d/" ] ;;
        *) [ -x "$d/" ] ;;
      esac || printf '\''unread %s\n'\'' "$p"
    done
    set -- $t
    unset IFS
    for p in "$@"; do
      [ ! -d "$p" ] || set -- "$@" "$p"/*
    done
  done
}
w=$(server /etc/nginx '\'' '\'' /etc/nginx/*.conf /etc/nginx/*/* /etc/nginx/*/*/*
server /etc/apache2 '\''\n'\'' /etc/apache2/*.conf /etc/apache2/*-enabled/*)
printf '\''%s\n'\'' "$w" | awk '\''NF && !seen[$0]++'\''
set -f; IFS=$NL; set -- $w; set +f; unset IFS
for l in "$@"; do
  p=${l#* }
  case $l in
    '\''key /'\''*)
      found "$p"
      until [ -z "$p" ] || [ -e "$p" ]; do p=${p%/*}; done
      [ ! -d "$p" ] || [ -x "$p" ] || { printf '\''closed %s\n'\'' "$p"; found "$p"; } ;;
    '\''root /'\''*)
      p=${p%"${p##*[!/]}"}
      for f in "$p"/.env "$p"/.env.*; do found "$f"; done
      d=$p
      until [ -z "$d" ] || [ -e "$d" ]; do d=${d%/*}; done
      { [ ! -d "$d" ] || [ -x "$d" ]; } && { [ "$d" != "$p" ] || [ -r "$d" ]; } || printf '\''closed-root %s\n'\'' "$p" ;;
  esac
done
set -f; IFS=$NL
[ -n "$L" ] && ls -ldnL -- $L'
run user listeners 10 262144 ss -Hltn
run user nginx-build 10 262144 nginx -V
run user nginx-config 10 1048576 sh -c 'NL='\''
'\''
r=
for d in /etc/nginx /usr/local/nginx/conf /usr/local/openresty/nginx/conf; do
  [ -d "$d" ] || continue
  r=1; [ -r "$d" ] && [ -x "$d" ] || printf '\''closed %s\n'\'' "$d"
done
[ -n "$r" ] || exit 0
set --
for f in /etc/nginx/* /etc/nginx/*/* /etc/nginx/*/*/* /etc/nginx/*/*/*/* /usr/local/nginx/conf/* /usr/local/nginx/conf/*/* /usr/local/nginx/conf/*/*/* /usr/local/nginx/conf/*/*/*/* /usr/local/openresty/nginx/conf/* /usr/local/openresty/nginx/conf/*/* /usr/local/openresty/nginx/conf/*/*/* /usr/local/openresty/nginx/conf/*/*/*/*; do
  case $f in *"$NL"*) echo odd; continue ;; *.key|*.pem|*.crt|*.cer|*.csr|*.der|*.p12|*.pfx|*passwd*|*.mmdb|*.dat) continue ;; */sites-*/*|*/sites/*|*/conf.d/*|*/vhosts*/*) ;; *.so|*.html|*.js|*.lua|*.md|*.bak|*~|*.swp|*.dpkg-*|*/mime.types|*/magic|*/koi-*|*/win-utf|*/modules-available/*|*/mods-available/*|*/.git/*) continue ;; esac
  [ -d "$f" ] && { [ -r "$f" ] && [ -x "$f" ] || printf '\''closed %s\n'\'' "$f"; continue; }
  [ -f "$f" ] || { [ -L "$f" ] && printf '\''unread %s\n'\'' "$f"; continue; }
  [ -r "$f" ] || { printf '\''unread %s\n'\'' "$f"; continue; }
  [ -s "$f" ] || { printf '\''file %s\n'\'' "$f"; continue; }
  [ "$#" -lt 400 ] || { echo many; break; }
  set -- "$@" "$f"
done
[ "$#" -gt 0 ] || exit 0
awk '\''function blot(s) { gsub(/[A-Za-z0-9]/, "x", s); return s }
function shown(f, t) {
  if (f ~ /^(include|http|server|events|stream|mail|location|listen|server_name|internal|load_module|rewrite|error_page|ssl|ssl_certificate|ssl_protocols|ssl_ciphers|ssl_prefer_server_ciphers|ssl_reject_handshake|ssl_conf_command|ssl_dhparam|ssl_ecdh_curve|ssl_session_tickets|ssl_stapling|ssl_verify_client|http2|http3|add_header_inherit|proxy_hide_header|server_tokens)$/) return 1
  if (f ~ /^(add_header|more_set_headers)$/) return tolower(t) ~ /strict-transport-security/
  if (f == "return") return t ~ /^return[ \t\n]+(30[12378][ \t\n]|[0-9]+[ \t\n]*$|["\047]?https?:)/
  if (f == "if") return t ~ /^if[ \t\n]*[(][ \t\n]*[$](scheme|https|host|http_host|server_port|server_name|http_x_forwarded_proto|request_method|request_uri|uri)[ \t\n)]/
  return 0
}
function ended(c,  t, f, lead) {
  t = st; sub(/^[ \t\r\n]+/, "", t); lead = substr(st, 1, length(st) - length(t))
  f = t; sub(/[ \t\r\n(].*/, "", f)
  if (c == "" || hid[d]) t = blot(t)
  else if (!shown(f, t)) t = (f ~ /^[a-z][a-z0-9_]*$/) ? f blot(substr(t, length(f) + 1)) : blot(t)
  out = out lead t c; st = ""
  if (c == "{") { d++; hid[d] = hid[d - 1] || f ~ /^(map|geo|types|split_clients|charset_map)$/ }
  if (c == "}" && d) d--
}
function finish() { if (name == "") return; ended(""); sub(/\n$/, "", out); gsub(/\n/, "\n:", out); printf "file %s\n:%s\n", name, out }
FNR == 1 { finish(); name = FILENAME; out = st = q = ""; d = 0; fresh = 1; hid[0] = 0 }
{ sub(/\r$/, "") }
q == "" && st ~ /^[ \t\n]*$/ && /^[ \t]*(#|$)/ {
  out = out st (tolower($0) ~ /strict-transport-security/ ? $0 : "") "\n"; st = ""; next
}
{
  n = length($0)
  for (i = 1; i <= n; i++) {
    c = substr($0, i, 1)
    if (c == "\\") { i++; st = st c substr($0, i, 1); fresh = 0; continue }
    if (q != "") { if (c == q) q = ""; st = st c; continue }
    if (fresh && c == "#") break
    if (fresh && (c == "\"" || c == "\047")) { q = c; fresh = 0; st = st c; continue }
    if (c == ";" || (c == "{" && substr($0, i - 1, 1) != "$") || (c == "}" && fresh)) { ended(c); fresh = 1; continue }
    fresh = (c == " " || c == "\t")
    st = st c
  }
  st = st "\n"; if (q == "") fresh = 1
}
END { finish() }'\'' "$@"'
run user apache-config 10 1048576 sh -c 'NL='\''
'\''
r=
for d in /etc/apache2 /etc/httpd; do
  [ -d "$d" ] || continue
  r=1; [ -r "$d" ] && [ -x "$d" ] || printf '\''closed %s\n'\'' "$d"
done
[ -n "$r" ] || exit 0
set --
for f in /etc/apache2/* /etc/apache2/*-enabled/* /etc/apache2/*-enabled/*/* /etc/apache2/conf.d/* /etc/apache2/vhosts.d/* /etc/apache2/sites.d/* /etc/httpd/conf/* /etc/httpd/conf.d/* /etc/httpd/conf.modules.d/* /etc/httpd/vhosts.d/* /etc/httpd/sites-enabled/*; do
  case $f in *"$NL"*) echo odd; continue ;; *.key|*.pem|*.crt|*.cer|*.csr|*.der|*.p12|*.pfx|*passwd*|*.mmdb|*.dat) continue ;; */sites-*/*|*/sites/*|*/conf.d/*|*/vhosts*/*) ;; *.so|*.html|*.js|*.lua|*.md|*.bak|*~|*.swp|*.dpkg-*|*/mime.types|*/magic|*/koi-*|*/win-utf|*/modules-available/*|*/mods-available/*|*/.git/*) continue ;; esac
  [ -d "$f" ] && { [ -r "$f" ] && [ -x "$f" ] || printf '\''closed %s\n'\'' "$f"; continue; }
  [ -f "$f" ] || { [ -L "$f" ] && printf '\''unread %s\n'\'' "$f"; continue; }
  [ -r "$f" ] || { printf '\''unread %s\n'\'' "$f"; continue; }
  [ -s "$f" ] || { printf '\''file %s\n'\'' "$f"; continue; }
  [ "$#" -lt 400 ] || { echo many; break; }
  set -- "$@" "$f"
done
[ "$#" -gt 0 ] || exit 0
awk '\''function blot(s) { gsub(/[A-Za-z0-9]/, "x", s); return s }
function shown(f, t) {
  if (f ~ /^(define|undefine)$/ && t ~ /(pass|secret|token|key|pwd)/) return 0
  if (f ~ /^(listen|servername|serveralias|serverroot|include|includeoptional|loadmodule|define|undefine|use|servertokens|sslengine|sslprotocol|sslcertificatefile|sslciphersuite|sslhonorcipherorder|sslstrictsnivhostcheck|redirect|redirectpermanent|redirecttemp|redirectmatch|rewriteengine|rewriterule|usecanonicalname|errordocument|<virtualhost|<ifmodule|<ifdefine|<ifversion|<location|<locationmatch|<directory|<directorymatch|<files|<filesmatch|<proxy|<proxymatch|<macro|<limit|<limitexcept|<else.|<\/[a-z]+.)$/) return 1
  if (f == "header") return t ~ /strict-transport-security/
  if (f ~ /^(<if|<elseif|rewritecond)$/) return t ~ /(https|request_scheme|server_port|http_host|server_name|request_uri)/ && t !~ /http:/
  return 0
}
function ended(  t, f, lead) {
  t = st; sub(/^[ \t]+/, "", t); lead = substr(st, 1, length(st) - length(t))
  f = t; sub(/[ \t\n].*/, "", f)
  if (name ~ /\/envvars$/) { if (t !~ /^export[ \t]+[A-Z_0-9]+=/ || t ~ /(PASS|SECRET|TOKEN|KEY|PWD)[A-Z_0-9]*=/) gsub(/[^\n]/, "", t) }
  else if (substr(t, 1, 1) == "#") { if (tolower(t) !~ /strict-transport-security/) gsub(/[^\n]/, "", t) }
  else if (!shown(tolower(f), tolower(t))) t = (f ~ /^<?[A-Za-z][A-Za-z0-9_]*$/) ? f blot(substr(t, length(f) + 1)) : blot(t)
  out = out lead t "\n"; st = ""; more = 0
}
function finish() { if (name == "") return; if (more) ended(); sub(/\n$/, "", out); gsub(/\n/, "\n:", out); printf "file %s\n:%s\n", name, out }
FNR == 1 { finish(); name = FILENAME; out = st = ""; more = 0 }
{ sub(/\r$/, ""); st = more ? st "\n" $0 : $0; more = 1 }
/\\$/ && name !~ /\/envvars$/ { next }
{ ended() }
END { finish() }'\'' "$@"'
run user caddy-config 10 524288 sh -c 'NL='\''
'\''
r=
for d in /etc/caddy; do
  [ -d "$d" ] || continue
  r=1; [ -r "$d" ] && [ -x "$d" ] || printf '\''closed %s\n'\'' "$d"
done
[ -n "$r" ] || exit 0
set --
for f in /etc/caddy/* /etc/caddy/*/* /etc/caddy/*/*/*; do
  case $f in *"$NL"*) echo odd; continue ;; *.key|*.pem|*.crt|*.cer|*.csr|*.der|*.p12|*.pfx|*passwd*|*.mmdb|*.dat) continue ;; */sites-*/*|*/sites/*|*/conf.d/*|*/vhosts*/*) ;; *.so|*.html|*.js|*.lua|*.md|*.bak|*~|*.swp|*.dpkg-*|*/mime.types|*/magic|*/koi-*|*/win-utf|*/modules-available/*|*/mods-available/*|*/.git/*) continue ;; esac
  [ -d "$f" ] && { [ -r "$f" ] && [ -x "$f" ] || printf '\''closed %s\n'\'' "$f"; continue; }
  [ -f "$f" ] || { [ -L "$f" ] && printf '\''unread %s\n'\'' "$f"; continue; }
  [ -r "$f" ] || { printf '\''unread %s\n'\'' "$f"; continue; }
  [ -s "$f" ] || { printf '\''file %s\n'\'' "$f"; continue; }
  [ "$#" -lt 400 ] || { echo many; break; }
  set -- "$@" "$f"
done
[ "$#" -gt 0 ] || exit 0
awk '\''function blot(s) { gsub(/[A-Za-z0-9]/, "x", s); return s }
function shown(f, t) {
  if (d == 0 && (t ~ /[{][ \t]*$/ || t ~ /,[ \t]*$/ || wide || first)) return 1
  if (tolower(t) ~ /strict-transport-security/) return f !~ /^@/
  if (f == "header") return t ~ /^header([ \t]+(@[A-Za-z0-9_-]+|[*]|[/][A-Za-z0-9_.*\/-]*))?[ \t]*[{]?$/
  if (f == "tls") return t !~ /["\140]/
  if (f == "defer") return 1
  return f ~ /^(import|redir|auto_https|http_port|https_port|protocols|servers|bind|default_sni|handle|handle_path|handle_errors|route|header_down)$/
}
function finish() { if (name == "") return; sub(/\n$/, "", out); gsub(/\n/, "\n:", out); printf "file %s\n:%s\n", name, out }
FNR == 1 { finish(); name = FILENAME; out = ""; d = 0; wide = 0; first = 1 }
{ sub(/\r$/, "") }
/^[ \t]*(#|$)/ { out = out (tolower($0) ~ /strict-transport-security/ ? $0 : "") "\n"; next }
{
  t = $0; sub(/^[ \t]+/, "", t); lead = substr($0, 1, length($0) - length(t))
  sub(/[ \t]+#.*/, "", t)
  f = t; sub(/[ \t].*/, "", f)
  if (f == "}" && d) d--
  see = shown(f, t)
  wide = d == 0 && t ~ /,[ \t]*$/
  first = 0
  if (!see) t = (f ~ /^[a-z][a-z0-9_]*$/) ? f blot(substr(t, length(f) + 1)) : blot(t)
  if ($NF == "{" || t ~ /(^|[ \t])[{][ \t]*$/) d++
  out = out lead t "\n"
}
END { finish() }'\'' "$@"'
run user web-servers 10 262144 sh -c '[ -r /proc/self/comm ] || exit 3
s=
for p in /proc/[0-9]*; do
  read -r c <"$p/comm" || continue
  case $c in nginx|openresty|apache2|httpd|caddy) ;; *) continue ;; esac
  g=; read -r g <"$p/cgroup"
  l=; read -r l <"$p/cmdline"
  case $l in '\''nginx: worker'\''*|'\''nginx: cache'\''*) continue ;; esac
  case "$s" in *"|$c $g|"*) continue ;; esac
  s="$s|$c $g|"
  printf '\''%s %s '\'' "$c" "${g:--}"
  tr '\''\000\n'\'' '\''  '\'' <"$p/cmdline"
  echo
done 2>/dev/null
exit 0'
mark web-certificates.list
L=$({ { (
NL='
'
r=
for d in /etc/nginx /usr/local/nginx/conf /usr/local/openresty/nginx/conf /etc/apache2 /etc/httpd /etc/caddy; do
  [ -d "$d" ] || continue
  r=1; [ -r "$d" ] && [ -x "$d" ] || :
done
[ -n "$r" ] || exit 0
set --
for f in /etc/nginx/* /etc/nginx/*/* /etc/nginx/*/*/* /etc/nginx/*/*/*/* /usr/local/nginx/conf/* /usr/local/nginx/conf/*/* /usr/local/nginx/conf/*/*/* /usr/local/nginx/conf/*/*/*/* /usr/local/openresty/nginx/conf/* /usr/local/openresty/nginx/conf/*/* /usr/local/openresty/nginx/conf/*/*/* /usr/local/openresty/nginx/conf/*/*/*/* /etc/apache2/* /etc/apache2/*-enabled/* /etc/apache2/*-enabled/*/* /etc/apache2/conf.d/* /etc/apache2/vhosts.d/* /etc/apache2/sites.d/* /etc/httpd/conf/* /etc/httpd/conf.d/* /etc/httpd/conf.modules.d/* /etc/httpd/vhosts.d/* /etc/httpd/sites-enabled/* /etc/caddy/* /etc/caddy/*/* /etc/caddy/*/*/*; do
  case $f in *"$NL"*) :; continue ;; *.key|*.pem|*.crt|*.cer|*.csr|*.der|*.p12|*.pfx|*passwd*|*.mmdb|*.dat) continue ;; */sites-*/*|*/sites/*|*/conf.d/*|*/vhosts*/*) ;; *.so|*.html|*.js|*.lua|*.md|*.bak|*~|*.swp|*.dpkg-*|*/mime.types|*/magic|*/koi-*|*/win-utf|*/modules-available/*|*/mods-available/*|*/.git/*) continue ;; esac
  [ -d "$f" ] && { [ -r "$f" ] && [ -x "$f" ] || :; continue; }
  [ -f "$f" ] || { [ -L "$f" ] && :; continue; }
  [ -r "$f" ] || { :; continue; }
  [ -s "$f" ] || { :; continue; }
  [ "$#" -lt 400 ] || { :; break; }
  set -- "$@" "$f"
done
[ "$#" -gt 0 ] || exit 0
awk '
FILENAME ~ /\/snippets\/snakeoil[.]conf$/ { next }
FNR == 1 { caddy = FILENAME ~ /caddy/; split(FILENAME, p, "/"); root = "/" p[2] "/" p[3] "/"
  if (p[2] == "usr") root = substr(FILENAME, 1, index(FILENAME, "/conf/") + 5) }
{
  gsub(/[";{}\047\r]/, " ")
  for (i = 1; i < NF; i++) {
    if (substr($i, 1, 1) == "#") break
    w = tolower($i)
    if (w != "ssl_certificate" && w != "sslcertificatefile" && !(caddy && w == "tls" && i + 1 < NF)) continue
    v = $(i + 1)
    if (v ~ /[$]/) continue
    if (v !~ /^\//) v = root v
    if (!seen[v]++) print v
  }
}' "$@"
) </dev/null 2>&4 3>&- 4>&-; printf '\n%s%03d\n' "$N" "$?"; } & } |
  ${T:+/usr/bin/timeout} ${T:+10} head -c 65536)
list web-certificates 100 together root web-certificates 10 1048576 sed -nsE -e /-BEGIN.CERTIFICATE-/F -e '/-BEGIN.CERTIFICATE-/,/-(BEGIN|END)/p' --
printf '\n%s end\n' "$N" >&4
printf '\n%s bye %s\n' "$N" "$n"
}
main
exit 0
