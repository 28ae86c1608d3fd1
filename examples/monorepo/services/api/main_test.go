package main

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestProducts(t *testing.T) {
	response := httptest.NewRecorder()
	products(response, httptest.NewRequest("GET", "/products", nil))
	if !strings.Contains(response.Body.String(), `"name":"Teapot"`) {
		t.Errorf("the products are %s", response.Body)
	}
}
