# Which releases of an app run on this host, and the processes of each. Loaded by name, with the app's own runtime.
use strict;
use warnings;

my $units = '/sys/fs/cgroup/system.slice';

# instances NAME: release => [its processes], of the releases that have any.
sub instances {
    my ($name) = @_;
    my $root = "/usr/lib/$name";
    require "$root/handoff/sockets.pl";
    require "$root/handoff/generation.pl";
    my %found;
    for my $unit (glob "$units/*/$name\@*.service") {
        my ($id) = $unit =~ /\@(.*)\.service$/;
        for my $process (processes($unit)) {
            my $release = $id eq 'live' ? release_of($process, "$root/releases") : $id;
            push @{ $found{$release} }, $process if defined $release;
        }
    }
    return %found;
}

sub runs {
    my ($name, $release) = @_;
    my %found = instances($name);
    return exists $found{$release};
}

# Whether all releases of the app share one unit: generations of which one takes connections.
sub one_unit { -l "/usr/lib/$_[0]/releases/live" }

1;
