package alerts

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/scangate/scangate/internal/result"
)

// people are pieces of personal data in what the fakes serve.
func people() []string {
	return []string{"jane.roe", "Jane Roe", "jroe-4711", "manager@", "Manny Ager", "salaries-2026", "rec@partner", "send@zscaler",
		"dlpadmin@", "notified@", "Jane-Roe-Contract", "at home", "jane.doe", "John Doe"}
}

func secrets() []string {
	var all []string
	for _, f := range fakes() {
		all = append(all, f.secrets...)
	}
	return all
}

// everything runs all vendors and a check, and returns all that they leave behind: rows, findings,
// notices, log.
func everything(ctx context.Context, t *testing.T, w *world, env map[string]string, personal bool) (Outcome, string) {
	t.Helper()
	var log bytes.Buffer
	o := w.options(t, env)
	o.Personal = personal
	o.Transport.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	check, err := ParseCheck(entry("name", "no public buckets", "search", "AWS_S3", "term", "isPublic:true"))
	if err != nil {
		t.Fatal(err)
	}
	p := Plan{Checks: []Check{check}}
	for _, v := range Vendors() {
		p.Sources = append(p.Sources, mustSource(t, "source", v.Name, "rule", "*"))
	}
	out := mustRun(ctx, t, o, p)
	text, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	return out, fmt.Sprintf("%s %+v %s", text, out, log.String())
}

func TestPersonalDataStaysPrivate(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world, _ Options) {
		w.serveAll(t)
		out, all := everything(t.Context(), t, w, variables(), false)
		for _, row := range out.Rows {
			if row.Status != result.Answered {
				t.Errorf("%s: %s", row.Target.Name, row.Reason)
			}
		}
		if len(out.Findings) < 50 {
			t.Fatalf("%d findings", len(out.Findings))
		}
		checkAbsent(t, all, append(people(), secrets()...))
		for _, want := range []string{"Block-GLBA-SSN", "Ensure that 'Send Alerts to'", "automation1603868619", "westeurope", "topic-3"} {
			if !strings.Contains(all, want) {
				t.Errorf("%q is not personal, and is missing", want)
			}
		}
	})
}

func TestPersonalDataOnDemand(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world, _ Options) {
		w.serveAll(t)
		_, all := everything(t.Context(), t, w, variables(), true)
		for _, want := range []string{"jane.roe@zscaler.example", "salaries-2026.docx", "jane.roe@acme.example", "Jane-Roe-Contract.pdf"} {
			if !strings.Contains(all, want) {
				t.Errorf("%q was asked for and is missing", want)
			}
		}
		checkAbsent(t, all, secrets())
	})
}

// Every service refuses, and repeats credentials and people in its answer. The rows don't.
func TestErrorsHoldNoSecrets(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world, _ Options) {
		w.serveAll(t)
		env := variables()
		for name, value := range env {
			if name != "SCANGATE_API_KEY" && strings.HasSuffix(name, "KEY") || strings.HasSuffix(name, "SECRET") || strings.HasSuffix(name, "TOKEN") {
				env[name] = "wrong-" + value
			}
		}
		out, all := everything(t.Context(), t, w, env, false)
		for _, row := range out.Rows[1:5] {
			if row.Status != result.Failed || row.Cause != result.CauseUnauthorized || !strings.Contains(row.Fix, "SCANGATE_") {
				t.Errorf("%s: %s (%s): %s; %s", row.Target.Name, row.Status, row.Cause, row.Reason, row.Fix)
			}
		}
		checkAbsent(t, all, append(people(), secrets()...))
	})
}

// The bodies of answers with documented and other statuses hold what must not be shown.
func TestErrorBodiesStayOut(t *testing.T) {
	t.Parallel()
	echo := "for jane.roe@acme.example, file salaries-2026.docx, of Jane Roe, token eQdjlqWV9eyQ.1"
	for _, port := range []string{"3", "4"} {
		for _, status := range []int{400, 403, 404, 409, 422, 302} {
			for _, body := range []string{echo, `{"message":"` + echo + `"}`, `{"status":"error","errorCode":"` + echo + `","errors":["` + echo + `"]}`, "<title>" + echo + "</title>"} {
				bubble(t, func(t *testing.T, w *world, _ Options) {
					w.serveAll(t)
					tokens := &fakeWorkflow{life: time.Hour}
					w.serve(t, port, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
						if r.URL.Path == "/v1/auth/api-key/token" {
							tokens.ServeHTTP(rw, r)
							return
						}
						rw.WriteHeader(status)
						_, _ = rw.Write([]byte(body))
					}))
					out, all := everything(t.Context(), t, w, variables(), false)
					checkAbsent(t, all, append(people(), secrets()...))
					failed := 0
					for _, row := range out.Rows {
						if row.Status == result.Failed {
							failed++
						}
					}
					if failed != 1 {
						t.Errorf("%d rows failed, want 1", failed)
					}
				})
			}
		}
	}
}

// checkAbsent fails where a text holds one of the words, in any case.
func checkAbsent(t *testing.T, text string, words []string) {
	t.Helper()
	lower := strings.ToLower(text)
	for _, word := range words {
		if i := strings.Index(lower, strings.ToLower(word)); i >= 0 {
			t.Errorf("%q is shown: …%s…", word, text[max(0, i-80):min(len(text), i+80)])
		}
	}
}
