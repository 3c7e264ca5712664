# cut-off.pl [--once NAME RELEASE] AFTER_MS COMMAND...
# Runs the command; after so many ms (once that release of NAME runs) ends it and all that descends from it with SIGKILL.
# Its own exit status is 0 where the command was cut off, and 1 where it had ended before.
use strict;
use warnings;
use POSIX ();
require '/root/instances.pl';

my (undef, $name, $release) = $ARGV[0] eq '--once' ? splice @ARGV, 0, 3 : ();
my ($after, @command) = @ARGV;
my $root = fork // die "fork: $!\n";
if (!$root) { exec @command or die "$command[0]: $!\n" }
my $until = defined $name ? undef : now() + $after / 1000;
while (!defined $until || now() < $until) {
    exit 1 if waitpid($root, POSIX::WNOHANG()) > 0;
    $until //= now() + $after / 1000 if defined $name && runs($name, $release);
    select undef, undef, undef, 0.005;
}
# Stopped first, all of them: what is stopped starts nothing more.
my %stopped;
while (my @running = grep { !$stopped{$_} } $root, descendants($root)) {
    kill STOP => @running;
    @stopped{@running} = (1) x @running;
}
kill KILL => keys %stopped;
waitpid $root, 0;

sub now { (POSIX::times())[0] / POSIX::sysconf(POSIX::_SC_CLK_TCK()) }

sub descendants {
    my %children;
    for my $file (glob '/proc/[0-9]*/stat') {
        open my $in, '<', $file or next;
        my ($pid, $parent) = (<$in> // '') =~ /^(\d+) \(.*\) \S (\d+)/s or next;
        push @{ $children{$parent} }, $pid;
    }
    my @found = @{ $children{ $_[0] } // [] };
    for (my $i = 0; $i < @found; $i++) { push @found, @{ $children{ $found[$i] } // [] } }
    return @found;
}
