# Steers new connections inside a SO_REUSEPORT group from outside its processes.
#
# The descriptors of the listening sockets are borrowed with pidfd_getfd(2) (Linux 5.6) and put into a BPF sockmap;
# a BPF program of type SK_REUSEPORT picks from that map by socket, not by place in the group, so sockets may come and
# go. Probes (from 127.0.0.77, or from ::1 with a source port of 900 to 1023, which only root can have) go to the
# instance under check and to no other; everybody else goes to the clients' instance. Loaded as SELECT_OR_MIGRATE
# (Linux 5.14), the program also says where the queue of a closing listener goes.
use strict;
use warnings;
use Config;

use constant {
    PIDFD_OPEN => 434, PIDFD_GETFD => 438,                                  # the same on every architecture
    MAP_CREATE => 0, MAP_UPDATE_ELEM => 2, PROG_LOAD => 5, SOCKMAP => 15, SK_REUSEPORT => 21,
    SELECT => 39, SELECT_OR_MIGRATE => 40,                                  # enum bpf_attach_type
    SOL_SOCKET => 1, SO_ATTACH_REUSEPORT_EBPF => 52, SO_DETACH_REUSEPORT_BPF => 68,
    GET_PRANDOM => 7, SKB_LOAD_BYTES => 26, SKB_LOAD_BYTES_RELATIVE => 68, SK_SELECT_REUSEPORT => 82,
    AT_PROTOCOL => 20, AT_HASH => 32, AT_MIGRATING => 48,                   # struct sk_reuseport_md
    DROP => 0, PASS => 1,
    PROBE_ADDRESS => '127.0.0.77', PROBE_PORTS => [900, 1023],
};

my $bpf_call = $Config{archname} =~ /^x86_64/ ? 321 : $Config{archname} =~ /^i[3-6]86/ ? 357
    : $Config{archname} =~ /^arm/ ? 386 : $Config{archname} =~ /^powerpc/ ? 361
    : $Config{archname} =~ /^s390/ ? 351 : 280;

# A descriptor of our own for a socket that another process holds. Dies with the reason.
sub borrow {
    my ($process, $fd) = @_;
    my $pidfd = syscall PIDFD_OPEN, $process + 0, 0;
    die "pidfd_open: $!\n" if $pidfd < 0;
    my $copy = syscall PIDFD_GETFD, $pidfd, $fd + 0, 0;
    my $error = "$!";
    require POSIX;
    POSIX::close($pidfd);
    die "pidfd_getfd: $error\n" if $copy < 0;
    open my $socket, '+<&=', $copy or die "fdopen: $!\n";
    return $socket;
}

# Sockets of one group: same family, address and port.
sub groups_of {
    my %groups;
    push @{ $groups{ join ' ', $_->{family}, $_->{port}, unpack 'H*', $_->{address} } }, $_ for @_;
    return \%groups;
}

# Sends new connections to the clients' listeners and probes to the probe's, group by group; so many of a hundred others
# go to the probe's as well. Each is a list as listeners() gives it. Takes effect at once and whole; what was attached before is gone. Dies with the reason.
sub steer {
    my ($clients, $probe, $share) = @_;
    my ($to_clients, $to_probe) = (groups_of(@$clients), groups_of(@$probe));
    for my $group (keys %$to_clients) {
        my @clients = map { borrow($_->{process}, $_->{fd}) } @{ $to_clients->{$group} };
        my @probe = map { borrow($_->{process}, $_->{fd}) } @{ $to_probe->{$group} // [] };
        steer_group(\@clients, \@probe, $share // 0);
    }
}

# The same for one group, whose descriptors these are.
sub steer_group {
    my ($clients, $probe, $share) = @_;
    my $map = socket_map(@$clients, @$probe);
    my $program = eval { load($map, scalar @$clients, scalar @$probe, $share, SELECT_OR_MIGRATE) }
        // load($map, scalar @$clients, scalar @$probe, $share, SELECT);
    setsockopt($clients->[0], SOL_SOCKET, SO_ATTACH_REUSEPORT_EBPF, pack 'i', fileno $program)
        or die "SO_ATTACH_REUSEPORT_EBPF: $!\n";
}

# The kernel's own choice again.
sub unsteer {
    my $groups = groups_of(@_);
    for my $members (values %$groups) {
        my $socket = borrow($members->[0]{process}, $members->[0]{fd});
        # ENOENT: nothing is attached.
        setsockopt($socket, SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, pack 'i', 0) or $!{ENOENT}
            or die "SO_DETACH_REUSEPORT_BPF: $!\n";
    }
}

sub address_of { $Config{ptrsize} == 8 ? unpack('Q', pack 'P', $_[0]) : unpack('L', pack 'P', $_[0]) }

sub bpf {
    my ($command, $attributes) = @_;
    $attributes .= "\0" x (128 - length $attributes);
    my $fd = syscall $bpf_call, $command, $attributes, 128;
    return $fd;
}

sub socket_map {
    my (@sockets) = @_;
    my $fd = bpf(MAP_CREATE, pack 'L5', SOCKMAP, 4, 8, scalar @sockets, 0);
    die "bpf(BPF_MAP_CREATE): $!\n" if $fd < 0;
    open my $map, '+<&=', $fd or die "fdopen: $!\n";
    for my $slot (0 .. $#sockets) {
        my ($key, $value) = (pack('L', $slot), pack 'Q', fileno $sockets[$slot]);
        bpf(MAP_UPDATE_ELEM, pack 'L x4 Q Q Q', $fd, address_of($key), address_of($value), 0) == 0
            or die "bpf(BPF_MAP_UPDATE_ELEM): $!\n";
    }
    return $map;
}

sub load {
    my ($map, $clients, $probes, $share, $attach_type) = @_;
    my $code = program(fileno $map, $clients, $probes, $share, $attach_type);
    my ($license, $log) = ("MIT\0", "\0" x 65536);
    my $fd = bpf(PROG_LOAD, pack 'L L Q Q L L Q L L a16 L L', SK_REUSEPORT, length($code) / 8, address_of($code),
        address_of($license), 1, length $log, address_of($log), 0, 0, 'mkdeb_handoff', 0, $attach_type);
    if ($fd < 0) {
        my $error = "$!";
        my ($said) = $log =~ /([^\n\0]+)\n?\0*$/;
        die "bpf(BPF_PROG_LOAD): $error" . (defined $said ? " ($said)" : '') . "\n";
    }
    open my $program, '+<&=', $fd or die "fdopen: $!\n";
    return $program;
}

# One instruction: opcode, registers, offset, immediate (or the label of a jump: then resolved below).
sub op {
    my ($code, $to, $from, $offset, $immediate) = @_;
    return { code => $code, to => $to, from => $from, offset => $offset, immediate => $immediate };
}

# The program for CLIENTS sockets in the map's first slots and PROBES in the next, which also get SHARE of a hundred
# clients. Registers: r6 the context.
sub program {
    my ($map, $clients, $probes, $share, $attach_type) = @_;
    my ($probe_low, $probe_high) = @{ +PROBE_PORTS };
    my $probe_word = unpack 'l', pack 'C4', split /\./, PROBE_ADDRESS;
    my $loopback_word = unpack 'l', pack 'N', 1;
    my $select = sub {    # the slot's number is in the word at r10-4; leaves 0 in r0 where that socket took it
        (op(0xbf, 1, 6, 0, 0), op(0x18, 2, 1, 0, $map), op(0, 0, 0, 0, 0), op(0xbf, 3, 10, 0, 0), op(0x07, 3, 0, 0, -4),
            op(0xb7, 4, 0, 0, 0), op(0x85, 0, 0, 0, SK_SELECT_REUSEPORT));
    };
    my $load_bytes = sub {
        my ($from, $length) = @_;
        (op(0xbf, 1, 6, 0, 0), op(0xb7, 2, 0, 0, $from), op(0xbf, 3, 10, 0, 0), op(0x07, 3, 0, 0, -24), op(0xb7, 4, 0, 0, $length));
    };
    my @code = (
        op(0xbf, 6, 1, 0, 0),
        # A connection that migrates from a closing listener is no probe.
        $attach_type == SELECT_OR_MIGRATE ? (op(0x79, 1, 6, AT_MIGRATING, 0), op(0x55, 1, 0, 'client', 0)) : (),
        op(0x61, 1, 6, AT_PROTOCOL, 0), op(0x56, 1, 0, 'ipv6', unpack 'S', pack 'n', 0x0800),
        $load_bytes->(12, 4), op(0xb7, 5, 0, 0, 1), op(0x85, 0, 0, 0, SKB_LOAD_BYTES_RELATIVE), op(0x55, 0, 0, 'client', 0),
        op(0x61, 1, 10, -24, 0), op(0x16, 1, 0, 'probe', $probe_word), op(0x05, 0, 0, 'client', 0),
        { label => 'ipv6' },
        $load_bytes->(8, 16), op(0xb7, 5, 0, 0, 1), op(0x85, 0, 0, 0, SKB_LOAD_BYTES_RELATIVE), op(0x55, 0, 0, 'client', 0),
        op(0x79, 1, 10, -24, 0), op(0x55, 1, 0, 'client', 0), op(0x61, 1, 10, -16, 0), op(0x56, 1, 0, 'client', 0),
        op(0x61, 1, 10, -12, 0), op(0x56, 1, 0, 'client', $loopback_word),
        $load_bytes->(0, 2), op(0x85, 0, 0, 0, SKB_LOAD_BYTES), op(0x55, 0, 0, 'client', 0),
        op(0x69, 1, 10, -24, 0), op(0xdc, 1, 0, 0, 16), op(0xa5, 1, 0, 'client', $probe_low), op(0x25, 1, 0, 'client', $probe_high),
        { label => 'probe' },
        (map { (op(0x62, 10, 0, -4, $clients + $_), $select->(), op(0x15, 0, 0, 'pass', 0)) } 0 .. $probes - 1),
        # Nobody to check yet: better no answer than another instance's.
        op(0xb7, 0, 0, 0, DROP), op(0x95, 0, 0, 0, 0),
        { label => 'client' },
        $share && $probes
        ? (op(0x85, 0, 0, 0, GET_PRANDOM), op(0xbc, 0, 0, 0, 0), op(0x97, 0, 0, 0, 10_000), op(0x35, 0, 0, 'most', int $share * 100),
            op(0x61, 1, 6, AT_HASH, 0), op(0x97, 1, 0, 0, $probes), op(0x07, 1, 0, 0, $clients), op(0x63, 10, 1, -4, 0),
            $select->(), op(0x15, 0, 0, 'pass', 0))
        : (),
        { label => 'most' },
        op(0x61, 1, 6, AT_HASH, 0), op(0x97, 1, 0, 0, $clients), op(0x63, 10, 1, -4, 0), $select->(), op(0x15, 0, 0, 'pass', 0),
        # That one has closed: any other of them, else the kernel's own choice, so that somebody answers.
        (map { (op(0x62, 10, 0, -4, $_), $select->(), op(0x15, 0, 0, 'pass', 0)) } 0 .. $clients - 1),
        { label => 'pass' },
        op(0xb7, 0, 0, 0, PASS), op(0x95, 0, 0, 0, 0),
    );
    my (%label, @plain);
    for my $item (@code) {
        if ($item->{label}) { $label{ $item->{label} } = @plain }
        else                { push @plain, $item }
    }
    my $little = unpack('C', pack 'S', 1) == 1;
    my $place = 0;
    return join '', map {
        $place++;
        my $offset = $_->{offset} =~ /^-?\d+$/ ? $_->{offset} : $label{ $_->{offset} } - $place;
        pack 'C C s l', $_->{code}, $little ? $_->{to} | $_->{from} << 4 : $_->{to} << 4 | $_->{from}, $offset, $_->{immediate};
    } @plain;
}

1;
