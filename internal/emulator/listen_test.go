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
