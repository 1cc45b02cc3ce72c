# shellcheck shell=bash
# Base images: one base system per suite, packed in the cache, keyed by the
# recipe; and unpacked once as the lower layer of every host's overlay.
#
#   CACHE/SUITE-RECIPE-BUILT.tar.zst     built or refreshed at epoch BUILT
#   CACHE/lower/SUITE-RECIPE-BUILT/      unpacked, whole once `complete` exists:
#     root/                              the base system
#     update/                            a package with a security update, before and after

# Package lists expire after a week and the evidence of the last automatic
# update after two days, so an image that is older than this is refreshed.
IMAGE_MAX_AGE=${FLEETPROOF_IMAGE_MAX_AGE:-72000}
TAR_OPTIONS_KEPT=(--numeric-owner --xattrs '--xattrs-include=*')

recipe() {
  cat "$FLEET_HOME"/image/* "$FLEET_HOME"/lib/{build-image,in-root}.sh <(dpkg --print-architecture) | sha256sum | cut -c1-12
}

# Name of a suite's newest image; empty if there is none.
newest_image() {
  local found
  found=$(find "$FLEET_CACHE" -maxdepth 1 -name "$1-$(recipe)-*.tar.zst" -printf '%f\n' 2>/dev/null | sort | tail -n 1)
  printf '%s' "${found%.tar.zst}"
}

image_is_fresh() { [[ -n $1 ]] && (($(date +%s) - ${1##*-} < IMAGE_MAX_AGE)); }

# mirrors -> "MIRROR SECURITY-MIRROR", from this machine's own apt sources in
# whichever format they are written.
mirrors() {
  local codename
  codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  # shellcheck disable=SC2016 # apt expands these
  apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' | awk -v c="$codename" '
    $2 == c && m == "" { m = $1 }
    $2 == c "-security" && s == "" { s = $1 }
    END { sub(/\/$/, "", m); sub(/\/$/, "", s); if (m == "" || s == "") exit 1; print m, s }'
}

# Two engineers, two test runs: one builds, the other waits and finds it built.
with_cache_lock() {
  local status=0
  mkdir -p "$FLEET_CACHE/lower"
  exec {cache_lock}>"$FLEET_CACHE/lock"
  flock "$cache_lock"
  "$@" || status=$?
  exec {cache_lock}>&-
  return "$status"
}

unpack() { tar -C "$2" --zstd "${TAR_OPTIONS_KEPT[@]}" -xpf "$FLEET_CACHE/$1.tar.zst"; }

# image_make SUITE: under the cache lock. Works in a directory that no other
# run uses and shows the result under its name only once it is whole.
image_make() {
  local suite=$1 old name work mirror security found log=$FLEET_CACHE/$1.log
  old=$(newest_image "$suite")
  ! image_is_fresh "$old" || return 0
  # apt names only what it has a list of, and a fresh machine may have some lists and not others.
  found=$(mirrors) || { apt-get update -qq >/dev/null && found=$(mirrors); } || die "this machine's apt sources name no Debian mirror with a security suite"
  read -r mirror security <<<"$found"
  name=$suite-$(recipe)-$(date +%s)
  work=$FLEET_CACHE/lower/.work-$$
  rm -rf "$FLEET_CACHE"/lower/.work-* # of runs that were killed: we hold the lock
  mkdir -p "$work/root"
  say "${old:+re}building the $suite image, about a minute; log: $log"
  [[ -z $old ]] || unpack "$old" "$work" || die "$FLEET_CACHE/$old.tar.zst is damaged: delete it"
  nice bash "$FLEET_HOME/lib/build-image.sh" "$suite" "$work" "$mirror" "$security" >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    rm -rf "$work"
    die "building the $suite image failed; the whole log is $log"
  }
  nice tar -C "$work" "${TAR_OPTIONS_KEPT[@]}" -I 'zstd -3 -T0' -cf "$work.tar.zst" root update || die "cannot pack the $suite image"
  mv "$work" "$FLEET_CACHE/lower/$name"
  : >"$FLEET_CACHE/lower/$name/complete"
  mv "$work.tar.zst" "$FLEET_CACHE/$name.tar.zst"
  image_prune "$suite" "$name"
}

# Older images of this recipe go at once, those of other recipes (another branch
# may use them) when they are stale; lower layers that a running fleet holds stay.
image_prune() {
  local path name
  for path in "$FLEET_CACHE/$1"-*.tar.zst "$FLEET_CACHE/lower/$1"-*/; do
    name=$(basename "${path%/}" .tar.zst)
    [[ -e $path && $name != "$2" ]] || continue
    [[ ${name%-*} == "${2%-*}" ]] || ! image_is_fresh "$name" || continue
    flock --exclusive --nonblock "$path" rm -rf "$path" || say "a running fleet still uses $path"
  done
}

# lower_layer FLEET SUITE: under the cache lock. Prints the directory, unpacking
# the image if need be; the fleet holds a lock on it for as long as it lives.
lower_layer() {
  local name dir work=$FLEET_CACHE/lower/.work-$$
  name=$(newest_image "$2")
  [[ -n $name ]] || die "no $2 image: run 'fleet prepare $2'"
  dir=$FLEET_CACHE/lower/$name
  if [[ ! -e $dir/complete ]]; then
    rm -rf "$work" "$dir"
    mkdir -p "$work"
    unpack "$name" "$work" || die "$FLEET_CACHE/$name.tar.zst is damaged: delete it"
    mv "$work" "$dir"
    : >"$dir/complete"
  fi
  (
    cgroup_join "$1/tools"
    exec setsid flock --shared "$dir" sleep infinity </dev/null >/dev/null 2>&1 {cache_lock}>&-
  ) &
  printf '%s' "$dir"
}
