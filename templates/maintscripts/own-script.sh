# The package's own <%= comment(own.name) %>, a program of its own: what it exits with is all that it decides here.
run_own_script() {
    own=$(mktemp -d)
    own_name=<%= own.name %>
    own_script=$own/$name.<%= own.script %>
    # shellcheck disable=SC2016 # it is not this script that expands what is in there
    printf '%s' <%= own.text %> >"$own_script"
    chmod 0755 "$own_script"
    own_status=0
    <%= own.interpreter %> "$own_script" "$@" || own_status=$?
    rm -rf "$own"
    if [ "$own_status" != 0 ]; then
        echo "$name: the package's own $own_name script failed with exit status $own_status (see above)" >&2
<% if (own.script === 'postinst') { -%>
<% if (serves) { -%>
        echo "$name: what served before still serves" >&2
<% } -%>
        echo "$name: what to do: mend the cause and run 'dpkg --configure -a', or install a version that works" >&2
<% } -%>
    fi
    return "$own_status"
}
