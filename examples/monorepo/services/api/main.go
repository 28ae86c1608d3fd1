package main

import (
	"context"
	"encoding/json"
	"log"
	"net/http"
	"os/signal"
	"syscall"
	"time"
)

type product struct {
	Name  string `json:"name"`
	Cents int    `json:"cents"`
}

func products(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode([]product{{"Teapot", 2400}, {"Cup", 600}})
}

func main() {
	// ECS sends SIGTERM before it stops a task. Shutdown lets open requests end.
	signals, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	http.HandleFunc("GET /products", products)
	server := &http.Server{Addr: ":8080"}
	go func() {
		log.Print("Listening on port 8080")
		if err := server.ListenAndServe(); err != http.ErrServerClosed {
			log.Fatal(err)
		}
	}()
	<-signals.Done()
	limit, cancel := context.WithTimeout(context.Background(), 25*time.Second)
	defer cancel()
	server.Shutdown(limit)
}
