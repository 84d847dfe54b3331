# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash

# Completes the words of headway. It asks no daemon: pressing Tab must not start one.

_headway ()
{
  local current=$2 previous=$3 command='' index
  local commands='run add list show watch log wait cancel pause resume retry open type cert doctor backup restore export'
  local common='--socket --url --token --json --help'
  local -A options=(
    [none]='--version'
    [run]='--title --priority --timeout --type --detach'
    [add]='--title --priority --timeout --wait'
    [cancel]='--now'
    [list]='--state --type --owner --search --limit --all'
    [watch]='--from-start --type'
    [log]='--follow --attempt'
    [open]='--print'
    [cert]='--name --folder --force'
    [backup]='--force --state-dir'
    [restore]='--state-dir'
    [export]='--events --force'
  )

  COMPREPLY=()

  # The first word that is no option, and does not belong to one, is the command.
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "${COMP_WORDS[index]}" in
      --socket | --url | --token) ((index++)) ;;
      -*) ;;
      *)
        command=${COMP_WORDS[index]}
        break
        ;;
    esac
  done

  if [ "$command" = run ]; then
    for ((index++; index < COMP_CWORD; index++)); do
      case "${COMP_WORDS[index]}" in
        --title | --priority | --timeout | --type | --socket | --url | --token) ((index++)) ;;
        --)
          _command_offset $((index + 1))
          return
          ;;
        -*) ;;
        *)
          _command_offset "$index"
          return
          ;;
      esac
    done
  fi

  case "$previous" in
    --state | -s) mapfile -t COMPREPLY < <(compgen -W 'Pending Processing Completed Failed' -- "$current") ;;
    --socket | --state-dir | --folder) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    *)
      if [[ $current = -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "${options[${command:-none}]-} $common" -- "$current")
      elif [ -z "$command" ]; then
        mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$current")
      elif [ "$command" = run ]; then
        mapfile -t COMPREPLY < <(compgen -c -- "$current")
      elif [[ $command = @(backup|restore|export) ]]; then
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
      elif [ "$command" = add ]; then
        mapfile -t COMPREPLY < <(compgen -f -- "${current#*=}")
      fi
      ;;
  esac
}

complete -F _headway headway
