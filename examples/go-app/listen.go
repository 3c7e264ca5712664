package main

import (
	"context"
	"net"
	"syscall"
)

// The syscall package knows SO_REUSEPORT on some architectures only; on Linux it is 15 on nearly all.
const soReusePort = 15

// listen opens a TCP socket that another process may have open for the same address too.
func listen(address string) (net.Listener, error) {
	config := net.ListenConfig{
		Control: func(_, _ string, socket syscall.RawConn) error {
			var failed error
			err := socket.Control(func(fd uintptr) {
				failed = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, soReusePort, 1)
			})
			if err != nil {
				return err
			}
			return failed
		},
	}
	return config.Listen(context.Background(), "tcp", address)
}
