# shellcheck shell=sh
# What a handoff does where its own file says nothing else. OLD and NEW are releases; OLD serves, NEW shall.

# examine_host LEVEL: whether this host can do what the handoff needs, as findings (doctor.sh); how bad it is if not.
examine_host() { :; }

# obstacle OLD NEW: prints why NEW can't take over while OLD serves, if it can't.
obstacle() {
    [ "$(setting "$1" HANDOFF)" = "$(setting "$2" HANDOFF)" ] ||
        echo "the handoff changes from $(setting "$1" HANDOFF) to $(setting "$2" HANDOFF)"
}

# start_alone ID: starts the first instance.
start_alone() { systemctl start "$(unit "$1")"; }

# close_down: after the last instance has stopped.
close_down() { :; }

# gate OLD NEW: until the switch, clients reach OLD and nothing else.
gate() { :; }

# raise OLD NEW: starts NEW beside OLD.
raise() { systemctl start "$(unit "$2")"; }

# check NEW [OLD]: waits until NEW, and no other, answers its health check; prints how, or why not.
check() { run_check "$1" ''; }

# reach_new NEW: options for curl with which a request comes to NEW and to no other while it is gated; nothing where
# that can't be had.
reach_new() { :; }

# share OLD NEW PERCENT: so many of a hundred new connections go to NEW. Fails where that can't be had.
share() { return 1; }

# switch OLD NEW: new connections go to NEW. Fails, and has changed nothing, where NEW is not there to take them.
switch() { takes_connections "$2"; }

# takes_connections ID: whether it does at this moment, were they sent to it.
takes_connections() { systemctl --quiet is-active "$(unit "$1")"; }

# withdraw OLD NEW: ends NEW, which is not healthy. Fails where OLD had stopped serving in between.
withdraw() { end_instance "$2"; }

# back_out OLD NEW: NEW has been stopped; clients reach OLD as before the gate.
back_out() { :; }

# drain OLD NEW: OLD gets no new connections; waits until it has nothing in flight, and prints how that ended. Fails
# where its limit came first.
drain() { :; }

# lower OLD [FORCED]: stops it; nothing of what waits in its queues is lost. FORCED: it still has work in flight, and no
# more time.
lower() { systemctl stop "$(unit "$1")" || true; }

# settle: whatever was cut off before: clients reach what the links say, and nothing is left of a handoff that nobody
# needs any more.
settle() { :; }

# let_go OLD: it has retired, or the handoff from it was cut off.
let_go() { :; }
