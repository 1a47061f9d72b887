package emulator

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestPanicIsAnAnswer(t *testing.T) {
	t.Parallel()
	h := withoutPanics(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("odd") }))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	text, _ := io.ReadAll(w.Body)
	if w.Code != http.StatusInternalServerError || !strings.HasPrefix(string(text), "internal error: panic in emulator.") {
		t.Errorf("status %d: %s", w.Code, text)
	}
}

func TestAddressInUse(t *testing.T) {
	t.Parallel()
	addr, stop, err := Listen(t.Context(), "127.0.0.1:0", http.NotFoundHandler())
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	_, _, err = Listen(t.Context(), addr, http.NotFoundHandler())
	before, after := "can't listen on "+addr+": ", "; fix: listen on another port; port 0 picks a free one"
	if err == nil || !strings.HasPrefix(err.Error(), before) || !strings.HasSuffix(err.Error(), after) {
		t.Errorf("err = %v", err)
	}
}
