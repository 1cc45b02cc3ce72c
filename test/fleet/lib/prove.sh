# shellcheck shell=bash
# Boots every variant by itself on every suite that has it, and lists which
# proofs hold: for whoever adds a variant or changes an image.

# prove_one SUITE VARIANT: one line of result, then what it said when it failed.
prove_one() {
  local id said status=0
  id=prove-$$-$1-$2
  said=$(printf 'host %s %s\n' "$1" "$2" | bash "$FLEET_HOME/fleet" up --id "${id:0:40}" --owner "$$" --spec - 2>&1 >/dev/null) || status=1
  ((status)) || bash "$FLEET_HOME/fleet" down --id "${id:0:40}" 2>/dev/null || status=2
  case $status in
    0) printf 'ok      %-9s %s\n' "$1" "$2" ;;
    1) printf 'FAILED  %-9s %s\n%s\n' "$1" "$2" "$said" ;;
    2) printf 'LEFT    %-9s %s\n' "$1" "$2" ;;
  esac
  return "$status"
}

cmd_prove() {
  local suite variant suites=() variants=() failed=0
  for suite in "$@"; do
    if known_suite "$suite"; then suites+=("$suite"); else variants+=("$suite"); fi
  done
  ((${#suites[@]})) || suites=("${FLEET_SUITES[@]}")
  if ((!${#variants[@]})); then
    for variant in "$FLEET_HOME"/variants/*.sh; do variants+=("$(basename "$variant" .sh)"); done
  fi
  cmd_prepare "${suites[@]}"
  for suite in "${suites[@]}"; do
    for variant in "${variants[@]}"; do
      while (($(jobs -pr | wc -l) >= 2)); do wait -n || failed=1; done
      prove_one "$suite" "$variant" &
    done
  done
  while (($(jobs -p | wc -l))); do wait -n || failed=1; done
  return "$failed"
}
