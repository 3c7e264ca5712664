# shellcheck shell=sh
# What goes on, for people and (--json) for machines. Ids, versions and states hold no character that JSON escapes.

role() {
    case $1 in
        "$(linked current)") echo current ;;
        "$(linked next)") echo next ;;
        "$(linked previous)") echo previous ;;
        *) echo kept ;;
    esac
}

# activity ID: what its instance does.
activity() {
    booted || {
        echo 'not booted'
        return 0
    }
    active=$(state "$1")
    if [ "$active" = inactive ] || [ "$active" = failed ]; then
        echo "$active"
    elif retires "$1"; then
        echo draining
    elif [ "$1" = "$(linked next)" ]; then
        echo checked
    elif [ "$active" = active ]; then
        echo serving
    else
        echo "$active"
    fi
}

status() {
    case ${1:-} in
        '') status_text ;;
        --json) status_json ;;
        *)
            echo "$name-handoff: unknown option '$1'; status takes --json" >&2
            exit 2
            ;;
    esac
}

status_text() {
    face=unknown
    ! booted || face=$(systemctl show --property=ActiveState --value "$name.service")
    if [ -n "$(linked next)" ]; then doing="handing over to $(linked next)"; else doing='no handoff in progress'; fi
    echo "$name.service is $face; $doing"
    list_releases
}

list_releases() {
    printf '%-24s %-24s %-9s %s\n' RELEASE VERSION ROLE INSTANCE
    for id in $(release_ids); do
        printf '%-24s %-24s %-9s %s\n' "$id" "$(setting "$id" VERSION)" "$(role "$id")" "$(activity "$id")"
    done
}

status_json() {
    json_face=unknown
    ! booted || json_face=$(systemctl show --property=ActiveState --value "$name.service")
    printf '{"name":"%s","face":"%s","current":%s,"next":%s,"previous":%s,"releases":[' "$name" "$json_face" \
        "$(json_id "$(linked current)")" "$(json_id "$(linked next)")" "$(json_id "$(linked previous)")"
    comma=
    for id in $(release_ids); do
        printf '%s{"id":"%s","version":"%s","role":"%s","instance":"%s"}' "$comma" "$id" "$(setting "$id" VERSION)" \
            "$(role "$id")" "$(activity "$id")"
        comma=,
    done
    printf ']}\n'
}

json_id() { if [ -n "$1" ]; then printf '"%s"' "$1"; else printf null; fi; }
