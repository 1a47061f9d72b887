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

// everything runs all vendors and a check, and returns all that they leave: rows, findings,
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

// What Cloud Optix says of an error is shown, without the people in it.
func TestReasonsHoldNoPeople(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world, o Options) {
		w.serve(t, optixFake().port, http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			rw.WriteHeader(http.StatusBadRequest)
			_, _ = rw.Write([]byte(`{"message":"ask jane.roe@acme.example"}`))
		}))
		row, _ := read(t.Context(), t, o, "source", "cloud-optix")
		if row.Status != result.Failed || !strings.Contains(row.Reason, "ask ") || strings.Contains(row.Reason, "jane") {
			t.Errorf("%s: %s", row.Status, row.Reason)
		}
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
			t.Errorf("%q is id: …%s…", word, text[max(0, i-80):min(len(text), i+80)])
		}
	}
}

// nested puts a value at a path of keys, each of them a member of the one before.
func nested(value any, path ...string) map[string]any {
	for i := len(path) - 1; i > 0; i-- {
		value = map[string]any{path[i]: value}
	}
	return map[string]any{path[0]: value}
}

// summaryOf reads the one alert of a vendor and returns its summary.
func summaryOf(t *testing.T, vendor, port, at string, answer any, entry ...string) string {
	t.Helper()
	summary := ""
	body, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	bubble(t, func(t *testing.T, w *world, o Options) {
		w.serve(t, port, fixed(at, string(body), "offset=1", `{"ok":1,"result":[]}`))
		row, found := read(t.Context(), t, o, append([]string{"source", vendor}, entry...)...)
		if len(found) != 1 {
			t.Fatalf("%s: %s", body, row.Reason)
		}
		summary = found[0].Summary
	})
	return summary
}

// What names a person in one field of an alert is masked in all others.
func TestPeopleOfEveryField(t *testing.T) {
	t.Parallel()
	const person, masked = "Max-Muster", "of [personal data]"
	for _, path := range []string{
		"userInfo.name", "userInfo.email", "userInfo.uniqueIdentifier", "userInfo.clientIP", "userInfo.managerInfo.name", "userInfo.managerInfo.email",
		"assignedAdmin.name", "lastNotifiedUser.email", "contentInfo.fileName", "contentInfo.additionalInfo.owner", "contentInfo.additionalInfo.bucketOwner",
		"contentInfo.additionalInfo.sender", "contentInfo.additionalInfo.recipients", "contentInfo.additionalInfo.collaborators", "contentInfo.additionalInfo.objectName",
		"contentInfo.additionalInfo.attachmentName", "contentInfo.additionalInfo.fileId",
	} {
		item := nested([]string{person}, strings.Split(path, ".")...)
		item["internalId"], item["matchingPolicies"] = "a", map[string]any{"rules": []any{map[string]string{"name": "of " + person}}}
		cursor := map[string]int{"totalPages": 1, "currentPageNumber": 0, "totalElements": 1}
		if got := summaryOf(t, "zscaler-workflow", "3", "/search", map[string]any{"incidents": []any{item}, "cursor": cursor}); got != "DLP incident: "+masked {
			t.Errorf("zscaler-workflow: %s: %q", path, got)
		}
	}
	for _, key := range []string{
		"user", "userkey", "ur_normalized", "user_id", "user_name", "username", "from_user", "to_user", "acting_user", "manager", "owner", "shared_with", "userip",
		"hostname", "file_path", "dlp_file", "file_name", "filename", "local_filename", "title", "url", "referer", "page", "object",
	} {
		item := map[string]any{"_id": "a", "alert_type": "DLP", "alert_name": "of " + person, key: person}
		if got := summaryOf(t, "netskope", "4", "offset=0", map[string]any{"ok": 1, "result": []any{item}}); got != masked {
			t.Errorf("netskope: %s: %q", key, got)
		}
	}
	for _, key := range []string{"updatedBy", "updated_by"} {
		item := map[string]any{"alert_id": "a", "policy": map[string]string{"policy_name": "of " + person}, key: person}
		answer := map[string]any{"alerts": []any{item}, "total_count": 1}
		if got := summaryOf(t, "zscaler-zpc", "1", "/cloud", answer, "lists", "cloud"); got != masked {
			t.Errorf("zscaler-zpc: %s: %q", key, got)
		}
	}
}
