package alerts

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scangate/scangate/internal/emulator"
	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
)

// runCheck runs one check and returns its row and findings.
func runCheck(t *testing.T, o Options, pairs ...string) (result.Row, []result.Finding) {
	t.Helper()
	c, err := ParseCheck(entry(append([]string{"name", "a check"}, pairs...)...))
	if err != nil {
		t.Fatal(err)
	}
	out := mustRun(t.Context(), t, o, Plan{Checks: []Check{c}})
	return out.Rows[0], out.Findings
}

// Every hit of every page counts, whatever the size of the pages.
func TestChecks(t *testing.T) {
	t.Parallel()
	for _, size := range []string{"1", "7", "500", "10000"} {
		bubble(t, func(t *testing.T, w *world, o Options) {
			w.emulate(t, emulator.Options{Hits: 70})
			row, found := runCheck(t, o, "search", "AWS_S3", "term", "isPublic:true", "filters", "region=us-east-1,eu-central-1", "size", size)
			if row.Status != result.Answered || row.Target.ID() != "checks:a check" || len(found) != 10 {
				t.Fatalf("%s, %d hits: %s", row.Status, len(found), row.Reason)
			}
			f := found[0]
			if f.Kind != result.KindChecks || f.Severity != result.High || f.Count != 1 || f.Resource == "" || f.InCloud().Account == "" || f.InCloud().Region == "" {
				t.Errorf("%+v", f)
			}
		})
	}
}

// Hits that look the same are not deduplicated.
func TestEqualHitsAreCounted(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world, o Options) {
		w.serve(t, "5", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			page := r.URL.Query().Get("page")
			fmt.Fprintf(rw, `{"data":[{"region":"x"},{"region":"x"}],"currentPage":%s,"totalPages":2,"hasNext":%v,"hasPrevious":false,"size":2}`, page, page == "1")
		}))
		if row, found := runCheck(t, o, "search", "AWS_S3"); row.Status != result.Answered || len(found) != 4 {
			t.Errorf("%s, %d hits: %s", row.Status, len(found), row.Reason)
		}
	})
}

// An answer of any other form is a failure, never an answer without hits.
func TestSearchAnswersOfOtherForms(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		``, `{}`, `null`, `"none"`, `7`, `{"data":[],"hasNext":false}`, `{"data":null,"currentPage":1,"totalPages":0,"hasNext":false}`,
		`{"data":[1],"currentPage":1,"totalPages":1,"hasNext":false}`, `[1]`, `[null]`, `[[]]`, `{"hits":[]}`, `{"rows":[],"total":0}`,
		`{"data":[],"currentPage":1,"totalPages":1,"hasNext":true}`, `<html></html>`, `{"data":[],"currentPage":1,"totalPages":-1,"hasNext":false}`,
		`{"data":[],"results":[]}`, `{"content":[],"data":[]}`, `{"results":[],"content":[{"name":"a"}]}`,
		`{"results":{}}`, `{"content":"none"}`, `{"results":null}`, `{"results":[],"total":3}`, `{"content":[],"totalElements":1,"last":true}`,
		`{"content":[],"last":false}`, `{"results":[],"error":"index is not ready"}`, `{"Results":[]}`, `[]x`, `{"data":[]`,
	} {
		bubble(t, func(t *testing.T, w *world, o Options) {
			w.serve(t, "5", http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, body) }))
			if row, found := runCheck(t, o, "search", "AWS_S3"); row.Status != result.Failed || row.Reason == "" || len(found) > 0 {
				t.Errorf("%s: %s, %d hits", body, row.Status, len(found))
			}
		})
	}
}

// The reference documents no form of the answer to a search: all usual ones are read to their end.
func TestFormsOfSearchAnswers(t *testing.T) {
	t.Parallel()
	for _, form := range []string{"data", "content", "results", "array"} {
		for _, size := range []string{"1", "7", "10", "11", "500"} {
			bubble(t, func(t *testing.T, w *world, o Options) {
				w.emulate(t, emulator.Options{Hits: 70, Assume: map[string]string{"search-answer": form}})
				row, found := runCheck(t, o, "search", "AWS_S3", "term", "isPublic:true", "size", size)
				if row.Status != result.Answered || len(found) != 10 {
					t.Errorf("%s, %s hits on a page: %s, %d hits: %s", form, size, row.Status, len(found), row.Reason)
				}
				if row, found = runCheck(t, o, "search", "AWS_S3", "term", "name:none"); row.Status != result.Answered || len(found) != 0 {
					t.Errorf("%s: %s, %d hits of none: %s", form, row.Status, len(found), row.Reason)
				}
			})
		}
	}
}

// Names of users are personal data.
func TestUsersAreNotNamed(t *testing.T) {
	t.Parallel()
	for personal, want := range map[bool]string{false: "", true: "user acme-user-000"} {
		bubble(t, func(t *testing.T, w *world, o Options) {
			w.emulate(t, emulator.Options{Hits: 1})
			o.Personal = personal
			row, found := runCheck(t, o, "search", "AWS_USER")
			if row.Status != result.Answered || len(found) != 1 || found[0].Details != want || found[0].Resource != "" {
				t.Errorf("%+v: %+v", row, found)
			}
		})
	}
}

func TestCheckWithoutAKey(t *testing.T) {
	t.Parallel()
	row, _ := runCheck(t, newWorld().options(t, nil), "search", "AWS_S3")
	if row.Cause != result.CauseNoCredentials {
		t.Errorf("%s: %s", row.Cause, row.Reason)
	}
}

func TestParseCheck(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"name=a search=AWS_S3":                                    "",
		"name=a search=AWS_S3 max=3 size=10000 severity=low":      "",
		"name=a search=AWS_S3 filters=region=eu,us;isPublic=true": "",
		"search=AWS_S3":                         "name is missing",
		"name=a":                                "search is missing",
		"name=a search=S3":                      "did you mean \"AWS_S3\"?",
		"name=a search=aws_s3":                  "did you mean \"AWS_S3\"?",
		"name=a search=MY_AWS_S3_BUCKET":        "did you mean \"AWS_S3\"?",
		"name=a search=":                        "fix: use one like ALERT, AWS_ACTIVITY_LOG, AWS_AMI",
		"name=a search=BUCKETS":                 "fix: use one like ALERT, AWS_ACTIVITY_LOG, AWS_AMI",
		"name=a search=AWS_S3 max=-1":           "max:",
		"name=a search=AWS_S3 max=":             "max: must not be empty",
		"name=a search=AWS_S3 max=critical=0":   "max:",
		"name=a search=AWS_S3 size=10001":       "from 1 to 10000",
		"name=a search=AWS_S3 filters=isPublic": "FIELD=VALUE",
		"name=a search=AWS_S3 page=2":           `unknown key "page"`,
		"name=a search=AWS_S3 size=0":           "from 1 to 10000",
		"name=a search=AWS_S3 term=x\x01":       "term: must not contain control characters",
		"name=a search=AWS_S3 filters=x=\x7f":   "filters: must not contain control characters",
		"name=a search=AWS_S3 filters=x=;y=1":   "FIELD=VALUE",
		"name=a search=AWS_S3 filters==1":       "FIELD=VALUE",
		"name=a search=AWS":                     `did you mean "AWS_ES", "AWS_S3", "AWS_AMI", "AWS_POD" or "AWS_RDS"?`,
		"name=a search=AWS_S3 severity=urgent":  `severity: unknown severity "urgent"`,
	} {
		var pairs []string
		for _, w := range strings.Fields(text) {
			key, value, _ := strings.Cut(w, "=")
			pairs = append(pairs, key, value)
		}
		_, err := ParseCheck(entry(pairs...))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", text, err, want)
		}
	}
}

func TestSearchKeysOfTheReference(t *testing.T) {
	t.Parallel()
	keys := optix.SearchKeys()
	seen := map[string]bool{}
	for _, key := range keys {
		seen[key] = true
	}
	if len(keys) != 86 || len(seen) != 86 {
		t.Errorf("%d keys, %d different; the reference has 86", len(keys), len(seen))
	}
	for _, key := range []string{"ALERT", "AWS_S3", "AZURE_VIRTUAL_NETWORK", "GCP_VPC", "NATIVE_SERVICE", "IMAGE_SCAN_DETAILS", "IMAGE_REGISTRY"} {
		if !seen[key] {
			t.Errorf("%s is missing", key)
		}
	}
}

// A list without a total shows by its number of pages that it changed: a hit may have moved to a
// page that was read before.
func TestSearchThatChanges(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(n int) (hits []string){
		"once":   func(n int) []string { return []string{"a", "b", "c", "d", "e"}[min(1, n/2):] },
		"always": func(n int) []string { return []string{"a", "b", "c", "d", "e"}[n%2:] },
	} {
		bubble(t, func(t *testing.T, w *world, o Options) {
			n := 0
			w.serve(t, "5", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				n++
				var items []string
				hits, number := change(n), intOf(r.URL.Query().Get("page"), 0)
				pages := (len(hits) + 1) / 2
				for _, hit := range hits[min(len(hits), 2*number-2):min(len(hits), 2*number)] {
					items = append(items, fmt.Sprintf(`{"name":%q}`, hit))
				}
				_, _ = io.WriteString(rw, optixPage(number, pages, number < pages, items...))
			}))
			row, found := runCheck(t, o, "search", "AWS_S3", "size", "2")
			if name == "always" {
				checkContradiction(t, row, found, "the list changed while it was read: it had 2 pages, then 3; the list was read 4 times")
				if row.Fix != "run again when the list changes less often, or narrow it with term or filters" {
					t.Errorf("fix %q", row.Fix)
				}
				return
			}
			var names []string
			for _, f := range found {
				names = append(names, f.Resource)
			}
			slices.Sort(names)
			if got := strings.Join(names, ""); got != "bcde" {
				t.Errorf("%s: hits %s: %s", name, got, row.Reason)
			}
		})
	}
}

// The advice for a check that takes too long names what shortens a search.
func TestDeadlineOfACheck(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world, o Options) {
		w.serve(t, "5", http.HandlerFunc(hang))
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		row := mustRun(ctx, t, o, Plan{Checks: []Check{mustCheck(t, "name", "a", "search", "AWS_S3")}}).Rows[0]
		if row.Cause != result.CauseTimeout || !strings.HasSuffix(row.Fix, "or narrow the list with term or filters") {
			t.Errorf("%s: %s; %s", row.Cause, row.Reason, row.Fix)
		}
	})
}
