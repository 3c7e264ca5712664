# Can root attach a BPF program to a SO_REUSEPORT group here? Three listeners, a socket map of them, and a program that
# sends every connection to the third. Prints how many of 30 connections each one took.
use strict;
use warnings;
use Socket;

sub bpf { my ($command, $attributes) = @_; syscall(321, $command, my $buffer = $attributes . "\0" x (128 - length $attributes), 128) }
sub address { unpack 'Q', pack 'P', $_[0] }
sub instruction { my ($code, $to, $from, $offset, $value) = @_; pack 'CCsl', $code, $to | $from << 4, $offset, $value }

my @listeners = map {
    socket my $socket, PF_INET, SOCK_STREAM, 0 or die "socket: $!";
    setsockopt $socket, SOL_SOCKET, SO_REUSEPORT, 1 or die "SO_REUSEPORT: $!";
    bind $socket, pack_sockaddr_in 18080, INADDR_LOOPBACK or die "bind: $!";
    listen $socket, 64 or die "listen: $!";
    $socket
} 0 .. 2;

my $map = bpf(0, pack 'LLLLL', 15, 4, 8, 3, 0);    # BPF_MAP_TYPE_SOCKMAP
die "map: $!\n" if $map < 0;
for my $i (0 .. 2) {
    my ($key, $value) = (pack('L', $i), pack('Q', fileno $listeners[$i]));
    die "map entry: $!\n" if bpf(2, pack 'Lx4QQQ', $map, address($key), address($value), 0) < 0;
}

my $code = join '',
    instruction(0x62, 10, 0, -4, 2),                                  # the key, on the stack
    instruction(0x18, 2, 1, 0, $map), instruction(0, 0, 0, 0, 0),     # r2 = the map
    instruction(0xbf, 3, 10, 0, 0), instruction(0x07, 3, 0, 0, -4),   # r3 = where the key is
    instruction(0xb7, 4, 0, 0, 0), instruction(0x85, 0, 0, 0, 82),    # bpf_sk_select_reuseport
    instruction(0xb7, 0, 0, 0, 1), instruction(0x95, 0, 0, 0, 0);     # SK_PASS
my ($license, $log) = ("MIT\0", "\0" x 65536);
my $program = bpf(5, pack 'LLQQLLQ', 21, length($code) / 8, address($code), address($license), 1, length $log, address($log));
die "program: $!\n" if $program < 0;
setsockopt $listeners[0], SOL_SOCKET, 52, pack 'i', $program or die "attach: $!\n";

my @took = (0, 0, 0);
for (1 .. 30) {
    socket my $client, PF_INET, SOCK_STREAM, 0 or die "socket: $!";
    connect $client, pack_sockaddr_in 18080, INADDR_LOOPBACK or die "connect: $!";
    my $ready = '';
    vec($ready, fileno $_, 1) = 1 for @listeners;
    select $ready, undef, undef, 1;
    for my $i (grep { vec $ready, fileno $listeners[$_], 1 } 0 .. 2) { accept my $taken, $listeners[$i]; $took[$i]++ }
}
print "@took\n";
