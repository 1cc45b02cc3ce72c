# shellcheck shell=bash
# What the fleet needs on this machine: a few packages, and the images.

# command -> package
declare -A TOOLS=(
  [ip]=iproute2 [mmdebstrap]=mmdebstrap [systemd-nspawn]=systemd-container [zstd]=zstd
  [ssh-keygen]=openssh-client [curl]=curl [openssl]=openssl [nft]=nftables [setpriv]=util-linux [find]=findutils
)

install_tools() {
  local tool missing=()
  for tool in "${!TOOLS[@]}"; do command -v "$tool" >/dev/null || missing+=("${TOOLS[$tool]}"); done
  [[ -e /usr/share/keyrings/debian-archive-keyring.gpg ]] || missing+=(debian-archive-keyring)
  ((${#missing[@]})) || return 0
  say "installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  # Missing or outdated package lists show as a failed installation.
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null 2>&1 || {
    apt-get update -qq >&2
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  } || die "cannot install ${missing[*]}"
}

cmd_prepare() {
  local suite suites=("$@")
  ((${#suites[@]})) || suites=("${FLEET_SUITES[@]}")
  cmd_check
  with_cache_lock install_tools
  for suite in "${suites[@]}"; do
    known_suite "$suite" || die "unknown suite '$suite'; known are ${FLEET_SUITES[*]}"
    with_cache_lock image_make "$suite"
  done
}

known_suite() { [[ " ${FLEET_SUITES[*]} " == *" $1 "* ]]; }
