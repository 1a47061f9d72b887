package alerts

import (
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/scangate/scangate/internal/emulator"
	"github.com/scangate/scangate/internal/result"
)

func (w *world) check(t *testing.T, o Options, pairs ...string) (result.Row, []result.Finding) {
	t.Helper()
	c, err := ParseCheck(entry(append([]string{"name", "a check"}, pairs...)...))
	if err != nil {
		t.Fatal(err)
	}
	j, err := Prepare(Plan{Checks: []Check{c}}, o)
	if err != nil {
		t.Fatal(err)
	}
	out := j.Run(t.Context())
	return out.Rows[0], out.Findings
}

// All hits of all pages come, whatever the size of the pages.
func TestChecks(t *testing.T) {
	t.Parallel()
	for _, size := range []string{"1", "7", "500", "10000"} {
		bubble(t, func(t *testing.T, w *world, o Options) {
			w.withOptix(t, &o, emulator.Options{Hits: 70})
			row, found := w.check(t, o, "search", "AWS_S3", "term", "isPublic:true", "filters", "region=us-east-1,eu-central-1", "size", size)
			if row.Status != result.Answered || row.Target.ID() != "checks:a check" || len(found) != 10 {
				t.Fatalf("%s, %d hits: %s", row.Status, len(found), row.Reason)
			}
			f := found[0]
			if f.Kind != result.KindChecks || f.Severity != result.High || f.Count != 1 || f.Resource == "" || f.Account == "" || f.Region == "" {
				t.Errorf("%+v", f)
			}
		})
	}
}

// Hits that look the same are several: none is lost to deduplication.
func TestEqualHitsAreCounted(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world, o Options) {
		w.withOptix(t, &o, emulator.Options{})
		w.serve(t, "5", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			page := r.URL.Query().Get("page")
			fmt.Fprintf(rw, `{"data":[{"region":"x"},{"region":"x"}],"currentPage":%s,"totalPages":2,"hasNext":%v,"hasPrevious":false,"size":2}`, page, page == "1")
		}))
		if row, found := w.check(t, o, "search", "AWS_S3"); row.Status != result.Answered || len(found) != 4 {
			t.Errorf("%s, %d hits: %s", row.Status, len(found), row.Reason)
		}
	})
}

// Any other form of the answer is a failure, never no hits.
func TestSearchAnswersOfOtherForms(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		``, `[]`, `{}`, `null`, `"none"`, `{"data":[]}`, `{"data":[],"hasNext":false}`, `{"data":null,"currentPage":1,"totalPages":0,"hasNext":false}`,
		`{"data":[1],"currentPage":1,"totalPages":1,"hasNext":false}`, `{"content":[],"currentPage":1,"totalPages":1,"hasNext":false}`,
		`{"data":[],"currentPage":1,"totalPages":1,"hasNext":true}`, `<html></html>`, `{"data":[],"currentPage":1,"totalPages":-1,"hasNext":false}`,
	} {
		bubble(t, func(t *testing.T, w *world, o Options) {
			w.withOptix(t, &o, emulator.Options{})
			w.serve(t, "5", http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, body) }))
			if row, found := w.check(t, o, "search", "AWS_S3"); row.Status != result.Failed || row.Reason == "" || len(found) > 0 {
				t.Errorf("%s: %s, %d hits", body, row.Status, len(found))
			}
		})
	}
}

// Names of users are personal data.
func TestUsersAreNotNamed(t *testing.T) {
	t.Parallel()
	for personal, want := range map[bool]string{false: "", true: "user acme-user-000"} {
		bubble(t, func(t *testing.T, w *world, o Options) {
			w.withOptix(t, &o, emulator.Options{Hits: 1})
			o.Personal = personal
			row, found := w.check(t, o, "search", "AWS_USER")
			if row.Status != result.Answered || len(found) != 1 || found[0].Details != want || found[0].Resource != "" {
				t.Errorf("%+v: %+v", row, found)
			}
		})
	}
}

func TestCheckWithoutAKey(t *testing.T) {
	t.Parallel()
	row, _ := newWorld().check(t, newWorld().options(nil), "search", "AWS_S3")
	if row.Cause != result.CauseNoCredentials {
		t.Errorf("%s: %s", row.Cause, row.Reason)
	}
}
