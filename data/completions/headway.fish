# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

# Completes the words of headway. It asks no daemon: pressing Tab must not start one.

# Prints where the cursor is: “none” before the command, then the name of the command. Behind
# “run” it is “program” as soon as no more options can come, and then what there is of the
# program's own line.
function __headway_place
    set -l words (commandline -opc)
    set words $words[2..-1]
    set -l command none
    while set -q words[1]
        switch $words[1]
            case --socket --url --token --title --priority --type --timeout --state-dir
                set words $words[2..-1]
            case --
                if test $command = run
                    printf '%s\n' program $words[2..-1]
                    return
                end
            case '-*'
            case '*'
                if test $command = run
                    printf '%s\n' program $words
                    return
                end
                test $command = none; and set command $words[1]
        end
        set words $words[2..-1]
    end
    printf '%s\n' $command
end

function __headway_is_at
    set -l place (__headway_place)
    contains -- $place[1] $argv
end

function __headway_complete_program
    set -l place (__headway_place)
    set -l word (commandline -ct)
    if test $place[1] = program; or not string match -q -- '-*' "$word"
        complete --do-complete=(string join ' ' -- (string escape -- $place[2..-1]) "$word")
    end
end

complete -c headway -f

complete -c headway -n '__headway_is_at none' -a run -d 'Run a program as a task, and show what it prints'
complete -c headway -n '__headway_is_at none' -a add -d 'Add a task of some kind, and print its number'
complete -c headway -n '__headway_is_at none' -a list -d 'List tasks, the newest first'
complete -c headway -n '__headway_is_at none' -a show -d 'Show all about tasks'
complete -c headway -n '__headway_is_at none' -a watch -d 'Print what happens to tasks, as it happens'
complete -c headway -n '__headway_is_at none' -a log -d 'Print what a task printed'
complete -c headway -n '__headway_is_at none' -a wait -d 'Wait until tasks have ended'
complete -c headway -n '__headway_is_at none' -a cancel -d 'Cancel tasks'
complete -c headway -n '__headway_is_at none' -a pause -d 'Have running tasks stand still'
complete -c headway -n '__headway_is_at none' -a resume -d 'Have paused tasks go on'
complete -c headway -n '__headway_is_at none' -a retry -d 'Try failed tasks again'
complete -c headway -n '__headway_is_at none' -a open -d 'Open the page of a task in the browser'
complete -c headway -n '__headway_is_at none' -a type -d 'Tell what kinds of tasks there are'
complete -c headway -n '__headway_is_at none' -a cert -d 'Make a certificate, so that the daemon speaks HTTPS'
complete -c headway -n '__headway_is_at none' -a doctor -d 'Look whether all is well with the daemon here'
complete -c headway -n '__headway_is_at none' -a backup -d 'Copy all tasks into a file, while the daemon goes on'
complete -c headway -n '__headway_is_at none' -a restore -d 'Put a backup in the place of all tasks'
complete -c headway -n '__headway_is_at none' -a export -d 'Write all tasks as JSON, one in a line, the newest first'

complete -c headway -n 'not __headway_is_at program' -l socket -r -F -d 'Ask the daemon that listens on this Unix socket'
complete -c headway -n 'not __headway_is_at program' -l url -x -d 'Ask the daemon at this address, with its token'
complete -c headway -n 'not __headway_is_at program' -l token -x -d 'The token for --url; better left in HEADWAY_TOKEN'
complete -c headway -n 'not __headway_is_at program' -l json -d 'Print JSON, for programs'
complete -c headway -n 'not __headway_is_at program' -s h -l help -d 'Show the help'
complete -c headway -n '__headway_is_at none' -l version -d 'Print the version'

complete -c headway -n '__headway_is_at run add' -l title -x -d 'What to call the task'
complete -c headway -n '__headway_is_at run add' -l priority -x -d 'The higher, the sooner; 0 is usual'
complete -c headway -n '__headway_is_at run add' -l timeout -x -d 'End the task if it takes longer, such as 90s, 5m or 2h'
complete -c headway -n '__headway_is_at run' -l type -x -d 'Add a task of another type, which takes the command as “argv”'
complete -c headway -n '__headway_is_at run' -s d -l detach -d "Print the task's number and do not wait"
complete -c headway -n '__headway_is_at run program' -a '(__headway_complete_program)'

complete -c headway -n '__headway_is_at add' -s w -l wait -d 'Wait until the task has ended, and show how far it is'
complete -c headway -n '__headway_is_at add' -F

complete -c headway -n '__headway_is_at list' -s s -l state -x -a 'Pending Processing Completed Failed' -d 'Only tasks in this state'
complete -c headway -n '__headway_is_at list' -l owner -x -d 'Only tasks of this owner, such as uid:1000'
complete -c headway -n '__headway_is_at list' -s S -l search -x -d 'Only tasks with these words'
complete -c headway -n '__headway_is_at list' -s n -l limit -x -d 'How many of the newest, 20 if nothing is said'
complete -c headway -n '__headway_is_at list' -s a -l all -d 'All there are'
complete -c headway -n '__headway_is_at list watch' -s t -l type -x -d 'Only tasks of this type'

complete -c headway -n '__headway_is_at watch' -l from-start -d 'Begin with the oldest event that is kept'

complete -c headway -n '__headway_is_at log' -s f -l follow -d 'Print what comes, too, until the task has ended'
complete -c headway -n '__headway_is_at log' -l attempt -x -d 'What this attempt printed, not the newest'

complete -c headway -n '__headway_is_at cancel' -l now -d 'Kill what runs, also what was told to end before'

complete -c headway -n '__headway_is_at cert' -l name -x -d 'A further name or address of this machine'
complete -c headway -n '__headway_is_at cert' -l folder -r -F -d 'Write into this folder instead of where the daemon looks'
complete -c headway -n '__headway_is_at cert' -s f -l force -d 'Replace the certificate that is there'

complete -c headway -n '__headway_is_at open' -s p -l print -d 'Print the address instead of opening it'

complete -c headway -n '__headway_is_at backup restore' -l state-dir -r -a '(__fish_complete_directories)' -d 'The tasks are those in this folder'
complete -c headway -n '__headway_is_at backup export' -s f -l force -d 'Replace the file if it is there'
complete -c headway -n '__headway_is_at export' -s e -l events -d 'Behind each task all that happened to it'
complete -c headway -n '__headway_is_at backup restore export' -F
