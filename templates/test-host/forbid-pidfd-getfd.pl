# Runs a command that gets EPERM from pidfd_getfd(2), as in a container that forbids it (seccomp(2)).
use strict;
use warnings;
use POSIX ();

my $prctl = { x86_64 => 157, aarch64 => 167 }->{ (POSIX::uname())[4] } or die "prctl(2): unknown architecture\n";
my $filter = join '', map { pack 'SCCL', @$_ }
    [ 0x20, 0, 0, 0 ],             # load the number of the system call
    [ 0x15, 0, 1, 438 ],           # pidfd_getfd, on every architecture
    [ 0x06, 0, 0, 0x00050001 ],    # SECCOMP_RET_ERRNO, EPERM
    [ 0x06, 0, 0, 0x7fff0000 ];    # SECCOMP_RET_ALLOW
my $program = pack 'Sx![P]P', 4, $filter;
syscall($prctl, 22, 2, $program) == 0 or die "seccomp: $!\n";    # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
exec { $ARGV[0] } @ARGV or die "$ARGV[0]: $!\n";
