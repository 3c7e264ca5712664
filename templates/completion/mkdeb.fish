# fish completion for mkdeb(1), as `mkdeb completion fish` prints it

# _mkdeb_offer KIND [WORDS...]: what can stand where the cursor is
function _mkdeb_offer
    switch $argv[1]
        case words
            printf '%s\n' $argv[2..-1]
        case packages
            __fish_complete_suffix .deb | string match -r '^[^\t]*(?:\.deb|/)(?:\t.*)?$'
        case directories
            __fish_complete_directories (commandline -ct)
        case files programs
            __fish_complete_path (commandline -ct)
    end
end

# _mkdeb_in COMMAND: is it the one on the command line?
function _mkdeb_in
    for word in (commandline -opc)[2..-1]
        string match -q -- '-*' $word; and continue
        test $word = $argv[1]
        return
    end
    return 1
end

complete -c mkdeb -f
<% for (const { flags, says } of options) { -%>
complete -c mkdeb -n __fish_use_subcommand <% for (const flag of flags) { %><%= flag.startsWith('--') ? '-l' : '-s' %> <%= flag.replace(/^-+/, '') %> <% } %>-d <%= says %>
<% } -%>
<% for (const { name, says } of commands) { -%>
complete -c mkdeb -n __fish_use_subcommand -a <%= name %> -d <%= says %>
<% } -%>
<% const offered = ({ kind, words = [] }) => `(_mkdeb_offer ${[kind, ...words].join(' ')})` -%>
<% for (const { name, options: own, arguments: operands } of commands) { -%>

<% const here = `_mkdeb_in ${name}` -%>
<% for (const { flags, says, value } of own) { -%>
complete -c mkdeb -n <%= here %> <% for (const flag of flags) { %><%= flag.startsWith('--') ? '-l' : '-s' %> <%= flag.replace(/^-+/, '') %> <% } %>-d <%= says %><% if (value?.required) { %> -x -a <%= offered(value.offer) %><% } %>
<% } -%>
<% if (operands.length > 0) { -%>
complete -c mkdeb -n <%= here %> -a <%= offered(operands[0].offer) %>
<% } -%>
<% } -%>
