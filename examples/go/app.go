package main

import (
	"encoding/json"
	"net/http"
)

// newHandler returns the service's routes. Slipway requests /version to verify a deploy.
func newHandler(version string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", respond(map[string]string{"message": "Hello from Go"}))
	mux.HandleFunc("GET /healthz", respond(map[string]string{"status": "ok"}))
	mux.HandleFunc("GET /version", respond(map[string]string{"version": version}))
	return mux
}

func respond(body map[string]string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(body)
	}
}
