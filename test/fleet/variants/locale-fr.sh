# shellcheck shell=bash
# The system speaks French.

before_boot() { echo 'LANG=fr_FR.UTF-8' >/etc/default/locale; }

prove_outside() { expect 'it speaks English' 'Aucun fichier' as_audit ls /nowhere; }
