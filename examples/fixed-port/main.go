// hello-fixed listens on port 8083 and knows nothing of upgrades: no SO_REUSEPORT, no inherited socket, no graceful stop.
package main

import (
	"encoding/json"
	"log"
	"net"
	"net/http"
	"strconv"
	"time"
)

// version is set when it is built: -ldflags "-X main.version=1.0.0"
var version = "dev"

func main() {
	log.Fatal(http.ListenAndServe(":8083", handler))
}

var handler http.Handler = routes()

func routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		client, _, _ := net.SplitHostPort(r.RemoteAddr)
		answer(w, map[string]any{"hello": "world", "version": version, "client": client})
	})
	mux.HandleFunc("/health", func(w http.ResponseWriter, r *http.Request) {
		answer(w, map[string]any{"ok": true})
	})
	mux.HandleFunc("/slow", slow)
	// Goes out itself: ?url=http://elsewhere/
	mux.HandleFunc("/fetch", fetch)
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

func fetch(w http.ResponseWriter, r *http.Request) {
	client := http.Client{Timeout: 5 * time.Second}
	response, err := client.Get(r.URL.Query().Get("url"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	response.Body.Close()
	answer(w, map[string]any{"status": response.StatusCode})
}
