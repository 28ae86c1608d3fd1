package main

import (
	"context"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	port := getenv("PORT", "8080")
	// The final image has no shell and no curl: the program is its own health check.
	if len(os.Args) > 1 && os.Args[1] == "healthcheck" {
		os.Exit(healthcheck("http://127.0.0.1:" + port + "/healthz"))
	}
	server := &http.Server{Addr: ":" + port, Handler: newHandler(getenv("VERSION", "dev"))}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		shutDownOnSignal(server)
	}()
	log.Printf("Listening on port %s", port)
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		log.Fatal(err)
	}
	<-stopped
}

// shutDownOnSignal waits for ECS's SIGTERM and then lets open requests end.
func shutDownOnSignal(server *http.Server) {
	signals, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	<-signals.Done()
	limit, cancel := context.WithTimeout(context.Background(), 25*time.Second)
	defer cancel()
	server.Shutdown(limit)
}

func healthcheck(url string) int {
	client := http.Client{Timeout: 3 * time.Second}
	response, err := client.Get(url)
	if err != nil || response.StatusCode != http.StatusOK {
		return 1
	}
	return 0
}

func getenv(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}
