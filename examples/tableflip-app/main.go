// hello-tableflip replaces itself: on SIGHUP it starts its successor, passes its listening socket on, and ends when it
// has answered what it has.
package main

import (
	"context"
	"errors"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/cloudflare/tableflip"
)

// version is set when it is built: -ldflags "-X main.version=1.0.0"
var version = "dev"

const idleLimit = 5 * time.Second

func main() {
	port := os.Getenv("PORT")
	if port == "" {
		port = "8085"
	}
	upgrader, err := tableflip.New(tableflip.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer upgrader.Stop()
	go obey(upgrader)

	// The socket of the one before, or the first one's own.
	listener, err := upgrader.Listen("tcp", ":"+port)
	if err != nil {
		log.Fatal(err)
	}
	// Ready is the point of no return: the one before then accepts no more. So it asks itself first.
	if err := healthy(); err != nil {
		log.Fatal(err)
	}
	var stopping atomic.Bool
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if stopping.Load() {
			w.Header().Set("Connection", "close")
		}
		handler.ServeHTTP(w, r)
	})}
	open := countConnections(server)
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) && !stopping.Load() {
			log.Fatal(err)
		}
	}()
	if err := upgrader.Ready(); err != nil {
		log.Fatal(err)
	}

	<-upgrader.Exit()
	// Clients that keep connections open are told to come back on a new one, instead of finding theirs closed while they
	// send. (server.Shutdown would close idle connections at once.)
	stopping.Store(true)
	listener.Close()
	for deadline := time.Now().Add(idleLimit); open.Load() > 0 && time.Now().Before(deadline); {
		time.Sleep(50 * time.Millisecond)
	}
	server.Shutdown(context.Background())
}

// obey starts the successor on SIGHUP, and ends the service on SIGTERM.
func obey(upgrader *tableflip.Upgrader) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGHUP, syscall.SIGTERM)
	for s := range signals {
		if s == syscall.SIGTERM {
			upgrader.Stop()
		} else {
			go func() {
				if err := upgrader.Upgrade(); err != nil {
					log.Print("no successor: ", err)
				}
			}()
		}
	}
}

// healthy asks /health without a connection.
func healthy() error {
	answer := httptest.NewRecorder()
	ended := make(chan struct{})
	go func() {
		handler.ServeHTTP(answer, httptest.NewRequest("GET", "/health", nil))
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		return errors.New("it is not healthy: no answer within 5 s")
	}
	if answer.Code != http.StatusOK {
		return errors.New("it is not healthy: " + answer.Result().Status)
	}
	return nil
}
