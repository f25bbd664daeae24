# SPDX-License-Identifier: Apache-2.0
# Completion for bash: commands, their commands, and the options of each as the program tells them.
_netskope_forwarder() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local words=() word help
  COMPREPLY=()
  case $previous in
    -c | --config) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
  esac
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word != [a-z]* ]] || words+=("$word")
  done
  help=$("${COMP_WORDS[0]}" "${words[@]:0:2}" --help 2>/dev/null) ||
    help=$("${COMP_WORDS[0]}" "${words[@]:0:1}" --help 2>/dev/null) || return
  mapfile -t COMPREPLY < <(compgen -W "$(sed -nE \
    -e 's/^  (-[a-z],)?(--[a-z-]+).*/\2/p' \
    -e '/^Subcommands:/,$s/^  ([a-z][a-z-]*).*/\1/p' <<<"$help")" -- "$current")
}
complete -F _netskope_forwarder netskope-forwarder
