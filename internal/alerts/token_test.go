package alerts

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/scangate/scangate/internal/jsonx"
	"github.com/scangate/scangate/internal/result"
)

// Tokens expire after their life, after the life that the answer says, and early. They are renewed,
// and no page is read twice or left out.
func TestTokensAreRenewed(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		life, says time.Duration
		uses       int
		tokens     int // at least
	}{
		"long":              {12 * time.Hour, 0, 0, 1},
		"short":             {20 * time.Second, 0, 0, 3},
		"shorter than said": {20 * time.Second, time.Hour, 0, 3},
		"one request":       {time.Hour, 0, 1, 20},
	}
	for name, tt := range tests {
		t.Run("workflow "+name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world, o Options) {
				f := &fakeWorkflow{shelf: shelf{list: list{n: 200, age: time.Hour}}, life: tt.life, says: tt.says, tokenUses: tt.uses}
				w.serve(t, "3", f)
				row, found := read(t.Context(), t, o, "source", "zscaler-workflow", "pageSize", "10")
				if row.Status != result.Answered || len(found) != 160 || f.tokens < tt.tokens {
					t.Errorf("%s, %d findings, %d tokens: %s", row.Status, len(found), f.tokens, row.Reason)
				}
			})
		})
		t.Run("strata "+name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world, _ Options) {
				f := &fakeIoT{shelf: shelf{list: list{n: 200}}, strata: true, life: tt.life, tokenUses: tt.uses}
				w.serve(t, "2", f)
				row, found := read(t.Context(), t, w.options(t, strata()), "source", "palo-alto-iot", "pagelength", "5")
				if row.Status != result.Answered || len(found) != 200 || tt.uses > 0 && f.tokens < tt.tokens {
					t.Errorf("%s, %d findings, %d tokens: %s", row.Status, len(found), f.tokens, row.Reason)
				}
			})
		})
	}
}

// A token is given up a little before its end: a tenth of its life, a minute at most.
func TestLifeOfATokenIsShortened(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for body, want := range map[string]token{
		`{"token":"abc","expires_in":100}`:      {"abc", now.Add(90 * time.Second)},
		`{"token":"abc","expires_in":"600"}`:    {"abc", now.Add(9 * time.Minute)},
		`{"token":"abc","expires_in":43200}`:    {"abc", now.Add(12*time.Hour - time.Minute)},
		`{"token":"abc","expires_in":0}`:        {"abc", time.Time{}},
		`{"token":"Bearer abc"}`:                {"abc", time.Time{}},
		`{"token":"Bearer abc","expires_in":1}`: {"abc", now.Add(900 * time.Millisecond)},
	} {
		o := jsonx.Parse([]byte(body), jsonx.Options{})
		if got := decodeToken(o, "token", now); got != want || o.Err() != nil {
			t.Errorf("%s: expires %s, want %s (%v)", body, got.expires, want.expires, o.Err())
		}
	}
}

// A key of the answer in another case is not a token, whether the key is read or not.
func TestKeysOfATokenHaveTheirCase(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"token":"abc","Token":"abc"}`, `{"token":"abc","Expires_in":9}`, `{"token":"abc","token_type":"Bearer","TOKEN_TYPE":"Bearer"}`,
	} {
		o := jsonx.Parse([]byte(body), jsonx.Options{})
		if decodeToken(o, "token", time.Now()); o.Err() == nil {
			t.Errorf("%s is taken for a token", body)
		}
	}
}

// No request goes out with a token that has expired, and none is asked for too early.
func TestExpiredTokensAreNotSent(t *testing.T) {
	t.Parallel()
	for life, want := range map[time.Duration]int{12 * time.Hour: 1, 5 * time.Minute: 2} {
		bubble(t, func(t *testing.T, w *world, o Options) {
			f := &fakeWorkflow{shelf: shelf{list: list{n: 100, age: time.Hour}}, life: life}
			w.serve(t, "3", slow(30*time.Second, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				rec := httptest.NewRecorder()
				if f.ServeHTTP(rec, r); rec.Code == http.StatusUnauthorized {
					t.Error("a request was refused")
				}
				rw.WriteHeader(rec.Code)
				_, _ = rw.Write(rec.Body.Bytes())
			})))
			row, found := read(t.Context(), t, o, "source", "zscaler-workflow", "pageSize", "10")
			if checkFindings(t, row, found, 80); f.tokens != want {
				t.Errorf("life %s: %d tokens, want %d", life, f.tokens, want)
			}
		})
	}
}

// A service that can't issue tokens is given up long before the deadline.
func TestTokensAreAskedForAMinute(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusInternalServerError, http.StatusServiceUnavailable} {
		bubble(t, func(t *testing.T, w *world, o Options) {
			w.serve(t, "3", http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(status) }))
			start := time.Now()
			row, _ := read(t.Context(), t, o, "source", "zscaler-workflow")
			if took := time.Since(start); took > tokenTimeout || row.Status != result.Failed || row.Cause == result.CauseTimeout {
				t.Errorf("after %s: %s (%s): %s", took, row.Status, row.Cause, fmt.Sprint(row.Reason, "; ", row.Fix))
			}
		})
	}
}

// A token that is refused with 400 says nothing of the range that a search asks for.
func TestRefusedTokenIsNoRefusedRange(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world, o Options) {
		requests := 0
		w.serve(t, "3", http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			requests++
			rw.WriteHeader(http.StatusBadRequest)
		}))
		row, found := read(t.Context(), t, o, "source", "zscaler-workflow")
		if row.Status != result.Failed || len(found) > 0 || requests != 1 {
			t.Errorf("%s, %d findings, %d requests: %s", row.Status, len(found), requests, row.Reason)
		}
	})
}
