package main

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestResponses(t *testing.T) {
	handler := newHandler("v1.2.3")
	for _, want := range []struct {
		path   string
		status int
		body   string
	}{
		{"/", 200, `{"message":"Hello from Go"}`},
		{"/healthz", 200, `{"status":"ok"}`},
		{"/version", 200, `{"version":"v1.2.3"}`},
		{"/none", 404, "404 page not found"},
	} {
		response := httptest.NewRecorder()
		handler.ServeHTTP(response, httptest.NewRequest("GET", want.path, nil))
		body := strings.TrimSpace(response.Body.String())
		if response.Code != want.status || body != want.body {
			t.Errorf("GET %s returned %d %s, want %d %s", want.path, response.Code, body, want.status, want.body)
		}
	}
}
