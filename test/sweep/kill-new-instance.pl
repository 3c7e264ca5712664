# kill-new-instance.pl NAME PORT AFTER_MS COMMAND...
# Runs the command; so many ms after it has started an instance of NAME, ends that one with SIGKILL. Its exit status is the
# command's. The last line that it prints: killed UNIX_MS RELEASE, what `current` named then, and how many other instances
# ran; where they share a unit, how many of them listened at PORT.
use strict;
use warnings;
use POSIX ();
require '/root/instances.pl';

my ($name, $port, $after, @command) = @ARGV;
my %before = instances($name);
my $root = fork // die "fork: $!\n";
if (!$root) { exec @command or die "$command[0]: $!\n" }
my ($status, $killed, $new, $until);
until (defined $status) {
    $status = $? if waitpid($root, POSIX::WNOHANG()) > 0;
    my %now = $killed ? () : instances($name);
    ($new) = grep { !$before{$_} } sort keys %now unless defined $new;
    $until //= now() + $after / 1000 if defined $new;
    if (!$killed && defined $until && now() >= $until) {
        if (one_unit($name)) {
            # Held still, so that it can't become ready between the look and the kill; what it has just said arrives.
            kill STOP => @{ $now{$new} // [] };
            select undef, undef, undef, 0.2;
            %now = instances($name);
        }
        my $current = readlink "/usr/lib/$name/releases/current";
        my $others = grep { $_ ne $new && (!one_unit($name) || listens(@{ $now{$_} })) } keys %now;
        my $when = `date +%s%3N`;
        chomp $when;
        kill KILL => @{ $now{$new} // [] };
        $killed = "killed $when $new $current $others";
    }
    select undef, undef, undef, 0.005;
}
print $killed // 'never', "\n";
exit $status >> 8;

sub now { (POSIX::times())[0] / POSIX::sysconf(POSIX::_SC_CLK_TCK()) }

sub listens {
    my $held = held_sockets(@_);
    return grep { $held->{ $_->{inode} } } tcp_sockets(1 << LISTEN(), $port);
}
