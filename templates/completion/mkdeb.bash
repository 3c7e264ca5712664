# bash completion for mkdeb(1), as `mkdeb completion bash` prints it
# shellcheck shell=bash

# _mkdeb_offer WORD KIND [WORDS...]: what of that kind begins with WORD
_mkdeb_offer() {
    local begun=$1 kind=$2
    shift 2
    case $kind in
    words) mapfile -t COMPREPLY < <(compgen -W "$*" -- "$begun") ;;
    packages)
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -X '!*.deb' -- "$begun"; compgen -d -- "$begun")
        ;;
    files)
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$begun")
        ;;
    directories)
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -d -- "$begun")
        ;;
    programs)
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -c -f -- "$begun")
        ;;
    esac
    # ssh://, to which a host's name is added
    if [[ ${#COMPREPLY[@]} = 1 && ${COMPREPLY[0]} = *:// ]]; then compopt -o nospace; fi
}

_mkdeb() {
    local begun=$2 before=$3 command='' i
    COMPREPLY=()
    # bash takes --output=x for three words.
    if [[ $begun == = ]]; then
        begun=''
    elif [[ $before == = ]]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    for ((i = 1; i < COMP_CWORD; i++)); do
        if [[ ${COMP_WORDS[i]} != -* ]]; then
            command=${COMP_WORDS[i]}
            break
        fi
    done
    case $command in
    '')
        if [[ $begun == -* ]]; then
            _mkdeb_offer "$begun" words <%= flags(options) %>
        else
            _mkdeb_offer "$begun" words <%= commands.map(({ name }) => name) %>
        fi
        ;;
<% for (const command of commands) { -%>
    <%= command.name %> )
        case $before in
<% for (const { flags: names, value } of command.options) { -%>
<% if (value?.required) { -%>
<% for (const flag of names) { -%>
        <%= flag %> )
            _mkdeb_offer "$begun" <%= value.offer.kind %> <%= value.offer.words ?? [] %>
            return
            ;;
<% } -%>
<% } -%>
<% } -%>
        esac
        if [[ $begun == -* ]]; then
            _mkdeb_offer "$begun" words <%= flags(command.options) %>
<% if (command.arguments.length > 0) { -%>
        else
            _mkdeb_offer "$begun" <%= command.arguments[0].offer.kind %> <%= command.arguments[0].offer.words ?? [] %>
<% } -%>
        fi
        ;;
<% } -%>
    esac
}

complete -F _mkdeb mkdeb
