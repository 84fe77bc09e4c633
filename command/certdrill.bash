# bash completion of certdrill. What can be said is read from the programs' own help and lists, so that it is always
# what the installed version knows.

_certdrill() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words=
  local certdrill=${COMP_WORDS[0]} command=${COMP_WORDS[1]}
  COMPREPLY=()
  # A command line is cut at =, too: --option=value are three words.
  if [[ $current == = ]]; then current=; elif [[ $previous == = ]]; then previous=${COMP_WORDS[COMP_CWORD - 2]}; fi

  if ((COMP_CWORD == 1)) || { ((COMP_CWORD == 2)) && [[ $command == help ]]; }; then
    words=$("$certdrill" help 2>/dev/null | sed -n 's/^  \([a-z]\{1,\}\) .*/\1/p')
  elif [[ $command == fixtures && $previous == show ]]; then
    words=$("$certdrill" fixtures list 2>/dev/null | cut -d' ' -f1)
  else
    case $previous in
      --drill | --skip) words=$("$certdrill" sim --list-drills 2>/dev/null | cut -d' ' -f1) ;;
      --bug) words=$("$certdrill" sim --list-bugs 2>/dev/null | cut -d' ' -f1) ;;
      --*)
        # --strictness TEXT:{lenient,documented,strict}=documented
        words=$("$certdrill" help "$command" 2>/dev/null | sed -n "s/^  $previous .*{\(.*\)}.*/\1/p" | tr , ' ')
        ;;
    esac
    if [[ -z $words && $current == -* ]]; then
      words=$("$certdrill" help "$command" 2>/dev/null | grep -o -e '^ *\(-[a-zA-Z],\)\?--[a-z-]*' | grep -o -e '--.*')
    fi
    if [[ -z $words && $command == fixtures && $COMP_CWORD == 2 ]]; then
      words=$("$certdrill" fixtures --help 2>/dev/null | sed -n '/^Subcommands/,/^$/s/^  \([a-z]*\) .*/\1/p')
    fi
  fi
  # Nothing of our own: files.
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -o default -F _certdrill certdrill
