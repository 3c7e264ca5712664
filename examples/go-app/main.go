// hello-go binds its port with SO_REUSEPORT, so that two versions of it can serve side by side.
package main

import (
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// version is set when it is built: -ldflags "-X main.version=1.0.0"
var version = "dev"

func main() {
	port := os.Getenv("PORT")
	if port == "" {
		port = "8081"
	}
	listener, err := listen(":" + port)
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{}
	stopped := stopGracefully(server, handler)
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
	<-stopped
}

var handler http.Handler = routes()

func routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		answer(w, map[string]any{"hello": "world", "version": version})
	})
	mux.HandleFunc("/health", func(w http.ResponseWriter, r *http.Request) {
		answer(w, map[string]any{"ok": true})
	})
	mux.HandleFunc("/slow", slow)
	mux.HandleFunc("/download", download)
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
	time.Sleep(time.Duration(number(r, "ms", 3000) * float64(time.Millisecond)))
	answer(w, map[string]any{"slept": true, "version": version})
}

// download is a long answer of known length: ?seconds=20, ten pieces a second
func download(w http.ResponseWriter, r *http.Request) {
	piece := make([]byte, 1024)
	pieces := int(number(r, "seconds", 20) * 10)
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(pieces*len(piece)))
	for ; pieces > 0; pieces-- {
		time.Sleep(100 * time.Millisecond)
		if _, err := w.Write(piece); err != nil {
			return
		}
		w.(http.Flusher).Flush()
	}
}

var message struct {
	sync.Once
	text []byte
	err  error
}

// file answers with a file of the app's own, opened when it is first asked for.
func file(w http.ResponseWriter, r *http.Request) {
	message.Do(func() {
		program, err := os.Executable()
		if err == nil {
			message.text, err = os.ReadFile(filepath.Join(filepath.Dir(program), "data", "message.txt"))
		}
		message.err = err
	})
	if message.err != nil {
		http.Error(w, message.err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Write(message.text)
}

func number(r *http.Request, name string, otherwise float64) float64 {
	value, err := strconv.ParseFloat(r.URL.Query().Get(name), 64)
	if err != nil {
		return otherwise
	}
	return value
}
