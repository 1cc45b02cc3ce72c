# shellcheck shell=bash
# Can this machine run the fleet at all? One line per reason why not.

SKIP=77

overlay_works() {
  unshare --mount --propagation private sh -c '
    mount -t tmpfs tmpfs /mnt && mkdir /mnt/l /mnt/u /mnt/w /mnt/m &&
    mount -t overlay overlay -o lowerdir=/mnt/l,upperdir=/mnt/u,workdir=/mnt/w /mnt/m' 2>/dev/null
}

veth_and_bridge_work() {
  command -v ip >/dev/null || return 0 # `prepare` installs it
  unshare --net sh -c 'ip link add v0 type veth peer name v1 && ip link add b0 type bridge' 2>/dev/null
}

cgroup_kill_works() {
  local root probe
  root=$(cgroup2_root)
  [[ -n $root ]] || return 1
  probe=$root/${CGROUP_PREFIX}check-$$
  mkdir "$probe" 2>/dev/null || return 1
  [[ -e $probe/cgroup.kill ]]
  local found=$?
  rmdir "$probe"
  return "$found"
}

reasons_not_to_run() {
  [[ $(id -u) == 0 ]] || {
    echo "not root"
    return
  }
  (. /etc/os-release && [[ $ID == debian ]]) || echo "not a Debian machine"
  command -v apt-get >/dev/null || echo "no apt-get"
  unshare --mount --net --pid --uts --ipc --cgroup --fork true 2>/dev/null || echo "cannot create namespaces"
  overlay_works || echo "cannot mount overlayfs in a namespace"
  veth_and_bridge_work || echo "cannot create veth pairs and bridges"
  cgroup_kill_works || echo "no writable cgroup2 tree with cgroup.kill (kernel 5.14 or newer)"
  (($(cat /proc/sys/fs/inotify/max_user_instances) >= ${INOTIFY_PER_HOST:-5})) || echo "fs.inotify.max_user_instances is too small for one host"
}

cmd_check() {
  local reasons
  reasons=$(reasons_not_to_run)
  [[ -z $reasons ]] || {
    printf '%s\n' "$reasons"
    exit "$SKIP"
  }
}
