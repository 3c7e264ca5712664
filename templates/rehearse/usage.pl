# usage.pl NAME OVER: four times a second what each instance of the package NAME uses, one line each:
# UNIX-MS INSTANCE RESIDENT-BYTES CPU-MS. Runs on the host until the file OVER is there.
use strict;
use warnings;
use POSIX ();

my ($name, $over) = @ARGV;
$| = 1;
my $page = POSIX::sysconf(POSIX::_SC_PAGESIZE());
until (-e $over) {
    chomp(my $time = `date +%s%3N`);
    # A package without a handoff has its plain service; the face of one with a handoff has no processes.
    for my $group (glob("/sys/fs/cgroup/system.slice/system-*.slice/$name\@*.service"), "/sys/fs/cgroup/system.slice/$name.service") {
        my ($instance) = $group =~ m{/\Q$name\E@?([^/]*)\.service$} or next;
        my @pids = lines("$group/cgroup.procs") or next;
        my $pages = 0;
        for my $pid (@pids) {
            my ($statm) = lines("/proc/$pid/statm") or next;
            $pages += (split ' ', $statm)[1];
        }
        my ($used) = map { /^usage_usec (\d+)/ ? $1 : () } lines("$group/cpu.stat");
        printf "%s %s %d %.1f\n", $time, $instance eq '' ? 'the-service' : $instance, $pages * $page, ($used // 0) / 1000;
    }
    select undef, undef, undef, 0.25;
}

sub lines {
    open my $in, '<', $_[0] or return;
    chomp(my @lines = <$in>);
    return @lines;
}
