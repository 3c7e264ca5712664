# The sockets of an instance: which processes its unit has, where they listen, what they hold.
use strict;
use warnings;
use Errno ();
use Socket ();

# The cgroup directory of a unit, or undef while it has none. Pure v2, hybrid and v1 hosts differ in the place.
sub cgroup_of {
    my ($unit) = @_;
    my $group = `systemctl show --property=ControlGroup --value -- \Q$unit\E`;
    chomp $group;
    return undef if $group eq '';
    for my $mount ('/sys/fs/cgroup', '/sys/fs/cgroup/unified', '/sys/fs/cgroup/systemd') {
        return "$mount$group" if -e "$mount$group/cgroup.procs";
    }
    return undef;
}

# The processes of a cgroup, those of the groups below it too.
sub processes {
    my ($directory) = @_;
    return () unless defined $directory;
    my @found;
    if (open my $in, '<', "$directory/cgroup.procs") {
        chomp(@found = <$in>);
    }
    opendir my $below, $directory or return @found;
    push @found, map { processes($_) } grep { -d } map { "$directory/$_" } grep { !/^\./ } readdir $below;
    return @found;
}

# The inodes of all sockets that these processes hold: inode => [process, descriptor].
sub held_sockets {
    my %held;
    for my $process (@_) {
        opendir my $in, "/proc/$process/fd" or next;
        for my $fd (readdir $in) {
            my ($inode) = (readlink("/proc/$process/fd/$fd") // '') =~ /^socket:\[(\d+)\]$/ or next;
            $held{$inode} //= [$process, $fd];
        }
    }
    return \%held;
}

# TCP sockets on the given ports in the given states, as the kernel tells them by sock_diag(7): asked this way a server
# with 100,000 closed connections still in TIME_WAIT answers in a millisecond. Addresses are bytes as in the packet; for a
# listener, unread is the length of its accept queue. sent_ago and received_ago are in ms.
use constant {
    SYN_RECEIVED => 3, LISTEN => 10, LIVE => 1 << 1 | 1 << 8,                  # ESTABLISHED, CLOSE_WAIT
    SENDING => 1 << 1 | 1 << 4 | 1 << 8 | 1 << 9 | 1 << 11,                    # and FIN_WAIT1, LAST_ACK, CLOSING
    AF_NETLINK => 16, SOCK_DIAG => 4, SOCK_DIAG_BY_FAMILY => 20, REQUEST => 1, DUMP => 0x300, NO_COOKIE => "\xff" x 8,
    TCP => 6, INFO => 2, NL_ERROR => 2, NL_DONE => 3, FAMILIES => { 4 => 2, 6 => 10 },
};

sub tcp_sockets {
    my ($states, @ports) = @_;
    my %wanted = map { $_ => 1 } @ports;
    my @found;
    for my $family (4, 6) {
        my $request = pack 'C C C C L x48', FAMILIES->{$family}, TCP, 1 << (INFO - 1), 0, $states;
        push @found, grep { $wanted{ $_->{port} } } sock_diag($request, REQUEST | DUMP);
    }
    return @found;
}

# The socket at our end of the connection from REMOTE to LOCAL, each [address, port]; undef where there is none.
sub tcp_socket {
    my ($local, $remote) = @_;
    my $family = length $local->[0] == 4 ? 4 : 6;
    my $request = pack 'C C C C L n n a16 a16 L a8', FAMILIES->{$family}, TCP, 0, 0, ~0 & 0xffffffff,
        $local->[1], $remote->[1], $local->[0], $remote->[0], 0, NO_COOKIE;
    return (sock_diag($request, REQUEST))[0];
}

# A socket's own address as people write it.
sub address_text { Socket::inet_ntop(FAMILIES->{ $_[0]{family} }, $_[0]{address}) }

sub sock_diag {
    my ($request, $flags) = @_;
    socket my $netlink, AF_NETLINK, 3, SOCK_DIAG or die "sock_diag: $!\n";
    send $netlink, pack('L S S L L', 16 + length $request, SOCK_DIAG_BY_FAMILY, $flags, 1, 0) . $request, 0
        or die "sock_diag: $!\n";
    my @found;
    while (1) {
        defined recv $netlink, my $buffer, 1 << 18, 0 or die "sock_diag: $!\n";
        while (length $buffer >= 16) {
            my ($length, $type) = unpack 'L S', $buffer;
            return @found if $type == NL_DONE;
            if ($type == NL_ERROR) {
                local $! = -unpack 'x16 l', $buffer;
                return @found if $!{ENOENT};
                die "sock_diag: $!\n";
            }
            push @found, diagnosed(substr $buffer, 16, $length - 16);
            return @found unless $flags & DUMP;
            $buffer = substr $buffer, $length + 3 & ~3;
        }
    }
}

# struct inet_diag_msg and its INET_DIAG_INFO attribute, a struct tcp_info.
sub diagnosed {
    my ($message) = @_;
    my ($family, $state) = unpack 'C C', $message;
    my $bytes = $family == FAMILIES->{4} ? 4 : 16;
    my %is = (family => $bytes == 4 ? 4 : 6, state => $state, sent_ago => 0, received_ago => 0, received => 0);
    @is{qw(port remote_port)} = unpack 'x4 n n', $message;
    @is{qw(address remote)} = unpack "x8 a$bytes x" . (16 - $bytes) . " a$bytes", $message;
    @is{qw(unread unsent)} = unpack 'x56 L L', $message;
    $is{inode} = unpack 'x68 L', $message;
    for (my $at = 72; $at + 4 <= length $message;) {
        my ($length, $type) = unpack "x$at S S", $message;
        last if $length < 4;
        if ($type == INFO) {
            my $info = substr $message, $at + 4, $length - 4;
            @is{qw(sent_ago received_ago)} = unpack 'x44 L x4 L', $info;
            $is{received} = unpack 'x128 Q', $info if length $info >= 136;
            $is{segments_sent} = unpack 'x156 L', $info if length $info >= 160;    # with data; Linux 4.6
        }
        $at += $length + 3 & ~3;
    }
    return \%is;
}

# The listening sockets of an instance on its ports, with the holder of each as process and fd.
sub listeners {
    my ($cgroup, @ports) = @_;
    return listening_of([processes($cgroup)], @ports);
}

# The same of these processes.
sub listening_of {
    my ($processes, @ports) = @_;
    my @listening = tcp_sockets(1 << LISTEN, @ports) or return ();
    my $held = held_sockets(@$processes);
    return map { { %$_, process => $held->{ $_->{inode} }[0], fd => $held->{ $_->{inode} }[1] } }
        grep { $held->{ $_->{inode} } } @listening;
}

1;
