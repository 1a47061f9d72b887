package trace

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// FuzzRead reads a file of any content, and asks for what it may hold: an error or an answer, and
// no panic.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		`{"service":"--endpoint","method":"GET","path":"/a","attempt":1,"started":"2026-01-31T12:00:00Z","milliseconds":1,"answer":{"status":200,"text":"x"}}`,
		`{"service":"SCANGATE_","method":"GET","path":"/[redacted]","fault":"reset"}`, `{"service":"s","method":"GET","path":"/a","answer":{"status":999,"bytes":"/w==","broken":true}}`,
		`{"service":"s","method":"GET","path":"/a","answer":{"status":100,"header":{"Content-Length":"-1","":"x"}}}`, `{"service":"s","method":"GET","path":"/a","answer":{"status":200,"cut":true}}`,
		"", "{", "[]", "null", `{"x":1}`, `{"path":1}`,
	} {
		f.Add(seed, "/a")
	}
	f.Fuzz(func(t *testing.T, text, path string) {
		var e Exchange
		err := decode("dir/000001.trace", []byte(text), &e)
		if err == nil {
			err = e.check("dir/000001.trace")
		}
		if err != nil {
			if !strings.HasPrefix(err.Error(), "dir/000001.trace:") {
				t.Errorf("the file is not named: %v", err)
			}
			return
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		req.URL.Path = path
		NewServer(&Trace{Exchanges: []Exchange{e}}, start, func(string) {}).ServeHTTP(httptest.NewRecorder(), req)
	})
}
