# Which process of an instance is of which release, where several generations of the app share one unit.
use strict;
use warnings;

# The release (a directory in $releases) that a process runs: its program is in it; or, of a program of the host's or an
# interpreter, its working directory. Any other process is of the release of the one that has started it.
sub release_of {
    my ($process, $releases, $depth) = @_;
    for my $what ('exe', 'cwd') {
        my $path = readlink "/proc/$process/$what" or next;
        return $1 if $path =~ m{^\Q$releases\E/([^/]+?)(?:/|$| \(deleted\)$)};
    }
    my (undef, $parent) = process_stat($process);
    return undef if !defined $parent || $parent <= 1 || ($depth // 0) > 20;
    return release_of($parent, $releases, ($depth // 0) + 1);
}

# Its state, its parent, and when it began (in ticks since the boot); nothing where it has ended.
sub process_stat {
    my ($process) = @_;
    open my $in, '<', "/proc/$process/stat" or return;
    my $line = <$in> // return;
    my @fields = split / /, $line =~ s/^.*\) //sr;
    return @fields[0, 1, 19];
}

# Those of the processes that are of this release and have not ended; the oldest first.
sub generation {
    my ($release, $releases, @processes) = @_;
    my %began;
    for my $process (@processes) {
        my ($state, undef, $began) = process_stat($process) or next;
        next if $state eq 'Z' || (release_of($process, $releases) // '') ne $release;
        $began{$process} = $began;
    }
    return sort { $began{$a} <=> $began{$b} || $a <=> $b } keys %began;
}

1;
