// Makes the example wrong on purpose, with -ldflags "-X main.variant=KIND". Put beside its main.go.
package main

import (
	"log"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

var variant string

func init() {
	kind, argument, _ := strings.Cut(variant, "=")
	switch kind {
	case "":
	case "exits-at-once":
		log.Print("variant: cannot start: the database is not there")
		os.Exit(3)
	case "exits-after-1s":
		time.AfterFunc(time.Second, func() { os.Exit(4) })
	case "never-listens":
		time.Sleep(1000 * time.Hour)
	case "answers-500":
		handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Version", version)
			http.Error(w, "broken", http.StatusInternalServerError)
		})
	case "answers-500-later":
		once, asked := handler, int32(0)
		handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if atomic.AddInt32(&asked, 1) == 1 {
				once.ServeHTTP(w, r)
				return
			}
			w.Header().Set("X-Version", version)
			http.Error(w, "broken", http.StatusInternalServerError)
		})
	case "flaps":
		// By count and not by the clock, with which a check may happen to be in step.
		checks := int32(0)
		handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Version", version)
			if r.URL.Path != "/health" || atomic.AddInt32(&checks, 1)%2 == 0 {
				http.Error(w, "now and then", http.StatusInternalServerError)
			}
		})
	case "hangs":
		handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	case "answers-after":
		wait, err := time.ParseDuration(argument + "s")
		if err != nil {
			log.Fatal(err)
		}
		time.Sleep(wait)
	default:
		log.Fatalf("no such variant: %s", variant)
	}
}
