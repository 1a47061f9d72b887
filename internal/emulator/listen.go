package emulator

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/scangate/scangate/internal/safe"
)

// Listen serves an emulator on a TCP address, where port 0 picks a free one. Every response has
// [Header]. It returns the address as host:port, and the function that stops it and drops all
// connections.
func Listen(ctx context.Context, addr string, h http.Handler) (listening string, stop func(), err error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return "", nil, fmt.Errorf("can't listen on %s: %w; fix: listen on another port; port 0 picks a free one", addr, errors.Unwrap(err))
	}
	srv := &http.Server{
		Handler:           withoutPanics(h),
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
	}
	safe.Go(func() error { return srv.Serve(l) }) // ends with stop
	return l.Addr().String(), func() { _ = srv.Close() }, nil
}

// withoutPanics answers with status 500 where h panics. net/http would close the connection, and
// the client would blame the network.
func withoutPanics(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(Header, "sample data")
		err := safe.Do(func() error {
			h.ServeHTTP(w, r)
			return nil
		})
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
}
