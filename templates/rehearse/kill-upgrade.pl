# kill-upgrade.pl NAME FILE.deb: installs the package's file and, as soon as a second instance of NAME runs, ends apt and all
# that descends from it with SIGKILL. Exit status 0: it was killed; else apt ended before, which is said.
use strict;
use warnings;
use POSIX ();

my ($name, $file) = @ARGV;
$ENV{DEBIAN_FRONTEND} = 'noninteractive';
my $apt = fork // die "fork: $!\n";
if (!$apt) {
    exec 'apt-get', 'install', '--quiet=2', '--no-install-recommends', '--allow-downgrades', '--yes', $file
        or die "apt-get: $!\n";
}
until (instances() > 1) {
    if (waitpid($apt, POSIX::WNOHANG()) > 0) {
        print "apt ended before two instances ran side by side\n";
        exit 1;
    }
    select undef, undef, undef, 0.005;
}
# Stopped first, all of them: what is stopped starts nothing more.
my %stopped;
while (my @running = grep { !$stopped{$_} } $apt, descendants($apt)) {
    kill STOP => @running;
    @stopped{@running} = (1) x @running;
}
kill KILL => keys %stopped;
waitpid $apt, 0;

sub instances { scalar(() = glob "/sys/fs/cgroup/system.slice/system-*.slice/$name\@*.service") }

sub descendants {
    my %children;
    for my $stat (glob '/proc/[0-9]*/stat') {
        open my $in, '<', $stat or next;
        my ($pid, $parent) = (<$in> // '') =~ /^(\d+) \(.*\) \S (\d+)/s or next;
        push @{ $children{$parent} }, $pid;
    }
    my @found = @{ $children{ $_[0] } // [] };
    for (my $i = 0; $i < @found; $i++) { push @found, @{ $children{ $found[$i] } // [] } }
    return @found;
}
