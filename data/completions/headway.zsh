#compdef headway
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

# Completes the words of headway. It asks no daemon: pressing Tab must not start one.

_headway_commands ()
{
  local -a commands=(
    'run:run a program as a task, and show what it prints'
    'add:add a task of some kind, and print its number'
    'list:list tasks, the newest first'
    'show:show all about tasks'
    'watch:print what happens to tasks, as it happens'
    'log:print what a task printed'
    'wait:wait until tasks have ended'
    'cancel:cancel tasks'
    'pause:have running tasks stand still'
    'resume:have paused tasks go on'
    'retry:try failed tasks again'
    'open:open the page of a task in the browser'
    'type:tell what kinds of tasks there are'
    'cert:make a certificate, so that the daemon speaks HTTPS'
    'doctor:look whether all is well with the daemon here'
    'backup:copy all tasks into a file, while the daemon goes on'
    'restore:put a backup in the place of all tasks'
    'export:write all tasks as JSON, one in a line, the newest first'
  )

  _describe -t commands command commands
}

_headway ()
{
  local context state state_descr line curcontext=$curcontext
  local -A opt_args
  local -a common=(
    '--socket=[ask the daemon that listens on this Unix socket]:socket:_files'
    '--url=[ask the daemon at this address, with its token]:address:'
    '--token=[the token for --url; better left in HEADWAY_TOKEN]:token:'
    '--json[print JSON, for programs]'
    '(- *)'{-h,--help}'[show the help]'
  )
  local -a submission=(
    '--title=[what to call the task]:title:'
    '--priority=[the higher, the sooner; 0 is usual]:number:'
    '--timeout=[end the task if it takes longer, such as 90s, 5m or 2h]:time:'
  )
  local -a kind=('(-t --type)'{-t,--type=}'[only tasks of this type]:type:')

  _arguments -C $common '(- *)--version[print the version]' '1: :_headway_commands' '*:: :->rest' && return
  [[ $state = rest ]] || return

  case $words[1] in
    run)
      _arguments -A '-*' $common $submission \
        '--type=[add a task of another type, which takes the command as “argv”]:type:' \
        '(-d --detach)'{-d,--detach}"[print the task's number and do not wait]" \
        '(-)1:program:_command_names -e' '*::argument:_normal'
      ;;
    add)
      _arguments $common $submission \
        '(-w --wait)'{-w,--wait}'[wait until the task has ended, and show how far it is]' \
        '1:type:' '*:parameter:_files'
      ;;
    list)
      _arguments $common $kind \
        '(-s --state)'{-s,--state=}'[only tasks in this state]:state:(Pending Processing Completed Failed)' \
        '--owner=[only tasks of this owner, such as uid\:1000]:owner:' \
        '(-S --search)'{-S,--search=}'[only tasks with these words]:words:' \
        '(-n --limit)'{-n,--limit=}'[how many of the newest, 20 if nothing is said]:number:' \
        '(-a --all)'{-a,--all}'[all there are]'
      ;;
    watch)
      _arguments $common $kind '--from-start[begin with the oldest event that is kept]' '1:task:'
      ;;
    log)
      _arguments $common '--attempt=[what this attempt printed, not the newest]:number:' \
        '(-f --follow)'{-f,--follow}'[print what comes, too, until the task has ended]' '1:task:'
      ;;
    cancel)
      _arguments $common '--now[kill what runs, also what was told to end before]' '*:task:'
      ;;
    open)
      _arguments $common '(-p --print)'{-p,--print}'[print the address instead of opening it]' '1:task:'
      ;;
    backup)
      _arguments $common '(-f --force)'{-f,--force}'[replace the file if it is there]' \
        '--state-dir=[the tasks are those in this folder]:folder:_files -/' '1:file:_files'
      ;;
    restore)
      _arguments $common '--state-dir=[the tasks are those in this folder]:folder:_files -/' \
        '1:file:_files'
      ;;
    export)
      _arguments $common '(-f --force)'{-f,--force}'[replace the file if it is there]' \
        '(-e --events)'{-e,--events}'[behind each task all that happened to it]' '1:file:_files'
      ;;
    cert)
      _arguments $common '*--name=[a further name or address of this machine]:name:_hosts' \
        '--folder=[write into this folder instead of where the daemon looks]:folder:_files -/' \
        '(-f --force)'{-f,--force}'[replace the certificate that is there]'
      ;;
    *)
      _arguments $common '*:task:'
      ;;
  esac
}

_headway "$@"
