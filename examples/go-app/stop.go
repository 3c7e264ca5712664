package main

import (
	"context"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

const idleLimit = 5 * time.Second

// stopGracefully makes the server end on SIGTERM: running requests finish, and clients that keep connections open are
// told with "Connection: close" to come back on a new one, instead of finding theirs closed while they send.
// (SetKeepAlivesEnabled(false) would close idle connections at once.) What it returns is closed when all is done.
func stopGracefully(server *http.Server, handler http.Handler) <-chan struct{} {
	var stopping atomic.Bool
	var open atomic.Int64

	server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if stopping.Load() {
			w.Header().Set("Connection", "close")
		}
		handler.ServeHTTP(w, r)
	})
	server.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			open.Add(1)
		case http.StateClosed, http.StateHijacked:
			open.Add(-1)
		}
	}

	terminate := make(chan os.Signal, 1)
	signal.Notify(terminate, syscall.SIGTERM)
	stopped := make(chan struct{})
	go func() {
		<-terminate
		stopping.Store(true)
		for deadline := time.Now().Add(idleLimit); open.Load() > 0 && time.Now().Before(deadline); {
			time.Sleep(50 * time.Millisecond)
		}
		server.Shutdown(context.Background())
		close(stopped)
	}()
	return stopped
}
