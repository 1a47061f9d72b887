package alerts

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scangate/scangate/internal/result"
)

// echo appends a text to the strings of an answer that nothing depends on.
func echo(v any, text string) any {
	free := regexp.MustCompile(`(?i)name|desc|summary|title|policy|region|account|details|user|object|profile|app`)
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = echo(v[i], text)
		}
	case map[string]any:
		for key, value := range maps.Clone(v) {
			s, ok := value.(string)
			switch {
			case !ok:
				v[key] = echo(value, text)
			case free.MatchString(key):
				v[key] = s + " " + text
			}
		}
		v["echo "+text] = text
	}
	return v
}

// credentials returns the values of a request's header that hold a secret.
func credentials(h http.Header, secrets []string) []string {
	var sent []string
	for _, values := range h {
		if holds := func(s string) bool { return strings.Contains(values[0], s) }; slices.ContainsFunc(secrets, holds) {
			sent = append(sent, values[0])
		}
	}
	return sent
}

// Services that repeat their secrets in their alerts don't get them shown. Ids are not secrets.
func TestEchoedSecrets(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world, _ Options) {
		for _, f := range fakes() {
			next := f.serve(list{n: 12, age: time.Hour})
			w.serve(t, f.port, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				rec := httptest.NewRecorder()
				next.ServeHTTP(rec, r)
				var answer any
				body := rec.Body.Bytes()
				if json.Unmarshal(body, &answer) == nil && !strings.Contains(r.URL.Path, "token") {
					body, _ = json.Marshal(echo(answer, strings.Join(credentials(r.Header, f.secrets), "&")))
				}
				maps.Copy(rw.Header(), rec.Header())
				rw.Header().Del("Content-Length")
				rw.WriteHeader(rec.Code)
				_, _ = rw.Write(body)
			}))
		}
		out, all := everything(t.Context(), t, w, variables(), true)
		for _, row := range out.Rows {
			if row.Status != result.Answered {
				t.Errorf("%s: %s: %s", row.Target.Name, row.Status, row.Reason)
			}
		}
		checkAbsent(t, all, secrets())
		if n := strings.Count(all, "[redacted]"); n < 100 {
			t.Errorf("only %d secrets were masked: the services repeat too few", n)
		}
	})
}

// Ids of keys are not secrets, and a short one would be masked everywhere.
func TestEchoedIDs(t *testing.T) {
	t.Parallel()
	for name, env := range map[string]map[string]string{iotSecretID: variables(), "client-7": strata()} {
		bubble(t, func(t *testing.T, w *world, _ Options) {
			w.serve(t, "2", fixed("/access_token", `{"access_token":"0f5b-strata-token","expires_in":900}`, "/list", `{"total":1,"items":[{"id":"1","name":"key `+name+` is old"}]}`))
			row, found := read(t.Context(), t, w.options(t, env), "source", "palo-alto-iot")
			if len(found) != 1 || found[0].Summary != "key "+name+" is old" {
				t.Errorf("%s: %s: %+v", name, row.Reason, found)
			}
		})
	}
}
