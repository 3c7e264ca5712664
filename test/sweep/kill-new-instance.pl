# kill-new-instance.pl NAME AFTER_MS COMMAND...
# Runs the command; so many ms after it has started an instance of NAME, ends that one with SIGKILL. Its exit status is the
# command's. The last line that it prints: killed UNIX_MS RELEASE, what `current` named then, how many other instances ran.
use strict;
use warnings;
use POSIX ();

my ($name, $after, @command) = @ARGV;
my %before = map { $_ => 1 } instances();
my $root = fork // die "fork: $!\n";
if (!$root) { exec @command or die "$command[0]: $!\n" }
my ($status, $killed, $new, $until);
until (defined $status) {
    $status = $? if waitpid($root, POSIX::WNOHANG()) > 0;
    ($new) = grep { !$before{$_} && processes($_) } instances() unless defined $new;
    $until //= now() + $after / 1000 if defined $new;
    if (!$killed && defined $until && now() >= $until) {
        my ($id) = $new =~ /\@(.*)\.service$/;
        my $current = readlink "/usr/lib/$name/releases/current";
        my $others = grep { $_ ne $new && processes($_) } instances();
        my $when = `date +%s%3N`;
        chomp $when;
        kill KILL => processes($new);
        $killed = "killed $when $id $current $others";
    }
    select undef, undef, undef, 0.005;
}
print $killed // 'never', "\n";
exit $status >> 8;

sub now { (POSIX::times())[0] / POSIX::sysconf(POSIX::_SC_CLK_TCK()) }

sub instances { glob "/sys/fs/cgroup/system.slice/*/$name\@*.service" }

sub processes {
    open my $in, '<', "$_[0]/cgroup.procs" or return ();
    chomp(my @found = <$in>);
    return @found;
}
