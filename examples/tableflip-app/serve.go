package main

import (
	"encoding/json"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

var handler http.Handler = routes()

func routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		answer(w, map[string]any{"hello": "world", "version": version, "greeting": os.Getenv("GREETING"), "process": os.Getpid()})
	})
	mux.HandleFunc("/health", func(w http.ResponseWriter, r *http.Request) {
		answer(w, map[string]any{"ok": true})
	})
	mux.HandleFunc("/slow", slow)
	mux.HandleFunc("/file", file)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Version", version)
		mux.ServeHTTP(w, r)
	})
}

func answer(w http.ResponseWriter, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(body)
}

// slow is a request that takes long: ?ms=3000
func slow(w http.ResponseWriter, r *http.Request) {
	ms, err := strconv.Atoi(r.URL.Query().Get("ms"))
	if err != nil {
		ms = 3000
	}
	time.Sleep(time.Duration(ms) * time.Millisecond)
	answer(w, map[string]any{"slept": true, "version": version})
}

var message struct {
	sync.Once
	text []byte
	err  error
}

// file answers with a file of the app's own, opened when it is first asked for: each generation runs in its release.
func file(w http.ResponseWriter, r *http.Request) {
	message.Do(func() { message.text, message.err = os.ReadFile("data/message.txt") })
	if message.err != nil {
		http.Error(w, message.err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Write(message.text)
}

// countConnections says how many the server has open.
func countConnections(server *http.Server) *atomic.Int64 {
	var open atomic.Int64
	server.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			open.Add(1)
		case http.StateClosed, http.StateHijacked:
			open.Add(-1)
		}
	}
	return &open
}
