# shellcheck shell=sh
# A release is a directory that never changes; instances run from it, never from dpkg's own files, which the
# next upgrade replaces. Three links are the whole state, each swapped by rename:
#   current   committed: what boots      next   a handoff in progress      previous   what a rollback returns to

releases=$root/releases
units=/usr/lib/systemd/system

# linked LINK: the release that current, next or previous names, or nothing.
linked() { readlink "$releases/$1" 2>/dev/null || true; }

# point LINK ID
point() {
    mkdir -p "$releases"
    ln -sfn "$2" "$releases/.$1"
    mv -T "$releases/.$1" "$releases/$1"
}

unpoint() { rm -f "$releases/$1"; }

# setting ID NAME: what the release was built with. Instead of an ID also the directory of one that is not among them.
# To be called in $( ), where all that the settings set is forgotten again.
setting() {
    case $1 in /*) release=$1 ;; *) release=$releases/$1 ;; esac
    # shellcheck source=/dev/null
    . "$release/.mkdeb/settings"
    eval "printf '%s' \"\${$2}\""
}

# free_id BASE: BASE, or BASE_2, BASE_3 … where that release is on the host already: the same version again.
free_id() {
    free=$1
    generation=1
    while [ -e "$releases/$free" ]; do
        generation=$((generation + 1))
        free=${1}_$generation
    done
    echo "$free"
}

# prepare FROM ID: the release ID, whole or not at all: hard links to the files in FROM, which cost no space (a copy
# where links can't be), and the unit that it was built with. Fails, and says why, where there is no room for it.
prepare() {
    rm -rf "$releases/.new"
    if ! cp -al "$1" "$releases/.new" 2>/dev/null; then
        rm -rf "$releases/.new"
        cp -a "$1" "$releases/.new" || return 1
    fi
    # "hooked" is kept: what the prepare hook has made is there.
    rm -f "$releases/.new/.mkdeb/served" "$releases/.new/.mkdeb/failed"
    # The newest of all, also where the clock has been set back.
    touch "$releases/.new"
    newest=$(release_ids | head -n 1)
    # shellcheck disable=SC3013
    if [ -n "$newest" ] && [ "$releases/$newest" -nt "$releases/.new" ]; then
        touch -d "@$(($(stat -c %Y "$releases/$newest") + 1))" "$releases/.new"
    fi
    cp "$releases/.new/.mkdeb/instance.service" "$units/.$name@$2.service" || return 1
    mv -T "$releases/.new" "$releases/$2" || return 1
    mv -T "$units/.$name@$2.service" "$units/$name@$2.service" || return 1
    # What current will name must be on the disk before current names it.
    sync -f "$releases" 2>/dev/null || sync
}

# Forgotten at a reboot: "committed" has the seconds from the boot to the last commit.
run_state=/run/$name-handoff

uptime_s() { cut -d. -f1 /proc/uptime; }

# commit ID: from now on ID is what boots. What a rollback returns to is another payload, not this one once more.
commit() {
    : >"$releases/$1/.mkdeb/served"
    rm -f "$releases/$1/.mkdeb/failed"
    commit_old=$(linked current)
    if [ -n "$commit_old" ] && [ "$commit_old" != "$1" ] && ! same_payload "$commit_old" "$1"; then
        point previous "$commit_old"
    fi
    point current "$1"
    unpoint next
    if booted; then
        mkdir -p "$run_state"
        uptime_s >"$run_state/committed"
    fi
    sync "$releases" 2>/dev/null || true
}

# same_payload ONE OTHER: whether both were prepared from the same files (hard links; copies are not seen to be).
# shellcheck disable=SC3013
same_payload() { [ "$releases/$1/.mkdeb/settings" -ef "$releases/$2/.mkdeb/settings" ]; }

# discard ID: a release that nothing runs, or what there is of one that was not finished.
discard() {
    rm -rf "$releases/.old" "$releases/.new" "$units/.$name@$1.service"
    mv -T "$releases/$1" "$releases/.old" 2>/dev/null || true
    rm -rf "$units/$name@$1.service" "$releases/.old"
}

# clear_up_files: what a step that was cut off has left half done.
clear_up_files() {
    rm -rf "$releases/.new" "$releases/.old" "$releases/.current" "$releases/.next" "$releases/.previous" \
        "$releases/.live" "$releases/.successor"
    rm -f "$units/.$name@"?*.service
    for file in "$units/$name@"?*.service; do
        id=${file#"$units/$name@"}
        if [ ! -d "$releases/${id%.service}" ]; then rm -f "$file"; fi
    done
}

# discard_unproven ID: unless it has been committed before: then somebody may want to go back to it.
discard_unproven() {
    [ -e "$releases/$1/.mkdeb/served" ] || discard "$1"
}

release_ids() {
    [ -d "$releases" ] || return 0
    # The newest first; ids hold no white space.
    # shellcheck disable=SC2012
    ls -1t "$releases" | while read -r id; do
        [ -h "$releases/$id" ] || echo "$id"
    done
}

# prune: leave the releases that a link names, those whose instance runs, and the newest KEEP of the others. One that
# was never committed is nothing to go back to.
prune() {
    keep=$(setting "$(linked current)" KEEP)
    for id in $(release_ids); do
        case $id in "$(linked current)" | "$(linked next)" | "$(linked previous)") continue ;; esac
        if booted && runs "$id"; then continue; fi
        if [ "$keep" -gt 0 ] && [ ! -e "$releases/$id/.mkdeb/abandoned" ]; then
            keep=$((keep - 1))
        else
            discard "$id"
        fi
    done
}
