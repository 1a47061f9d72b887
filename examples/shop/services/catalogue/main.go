// Command catalogue serves the shop's products as JSON.
package main

import (
	"cmp"
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"time"
)

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /products", listProducts)
	mux.HandleFunc("GET /products/{sku}", showProduct)

	server := &http.Server{
		Addr:              cmp.Or(os.Getenv("LISTEN"), ":8081"),
		Handler:           mux,
		ReadHeaderTimeout: 5 * time.Second,
	}
	slog.Info("catalogue is listening", "address", server.Addr)
	if err := server.ListenAndServe(); err != nil {
		slog.Error("catalogue stopped", "error", err)
		os.Exit(1)
	}
}

func listProducts(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, products)
}

func showProduct(w http.ResponseWriter, r *http.Request) {
	for _, p := range products {
		if p.SKU == r.PathValue("sku") {
			writeJSON(w, p)
			return
		}
	}
	http.NotFound(w, r)
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		slog.Warn("answer was not sent", "error", err)
	}
}
