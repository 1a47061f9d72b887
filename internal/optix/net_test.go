package optix

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/scangate/scangate/internal/jsonx"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/secret"
	"github.com/scangate/scangate/internal/transport"
	"github.com/scangate/scangate/internal/transport/transporttest"
)

func testNames() result.Names {
	return result.Names{
		Address: "--endpoint", Key: "SCANGATE_API_KEY", CAFile: "--ca-file", Timeout: "--timeout", Proxy: "HTTPS_PROXY", NoProxy: "NO_PROXY",
		Policy: "--iac-policy", RepoURL: "--repo-url", Branch: "--branch", Image: "--image", Exclude: "--exclude", ExcludeImage: "--exclude-image",
	}
}

const testKey = "k3y-1234-abcd-5678"

// serve returns a client of a server in memory.
func serve(t *testing.T, h http.HandlerFunc) *Client {
	t.Helper()
	network := transporttest.Serve(t, h)
	tc := transport.New(transport.Config{
		Base:      &url.URL{Scheme: "http", Host: "optix.example"},
		Authorize: Authorize(testKey + "\n"),
		Secrets:   []secret.Value{testKey},
		Proxy:     func(*http.Request) (*url.URL, error) { return nil, nil },
		Dial:      network.Dial,
		Now:       time.Now,
		Retry:     transport.RetryPolicy{First: time.Millisecond},
	})
	t.Cleanup(tc.Close)
	return New(tc)
}

// answering returns a client of a server that gives every request the same answer.
func answering(t *testing.T, status int, body string) *Client {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

func textFile(path, content string) File {
	return File{Path: path, Size: int64(len(content)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(content)), nil
	}}
}

func decodeErrorOf(t *testing.T, err error) *jsonx.Error {
	t.Helper()
	d, ok := errors.AsType[*jsonx.Error](err)
	if !ok {
		t.Fatalf("error is %T (%v), want a jsonx.Error", err, err)
	}
	return d
}
