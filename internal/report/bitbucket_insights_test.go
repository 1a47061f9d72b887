package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/result"
)

// readBitbucket demands what the REST API takes: a report, and batches of annotations.
func readBitbucket(doc []byte, r *result.Result) error {
	lines := bytes.Split(bytes.TrimSuffix(doc, []byte("\n")), []byte("\n"))
	var report insightReport
	if err := strict(lines[0], &report); err != nil {
		return err
	}
	if passes := r.Verdict.Outcome == result.OutcomePass; (report.Result == "PASSED") != passes || utf8.RuneCountInString(report.Details) > 2000 || len(report.Data) > 10 {
		return fmt.Errorf("report %+v", report)
	}
	ids, n := map[string]bool{}, 0
	for _, line := range lines[1:] {
		var batch []insight
		if err := strict(line, &batch); err != nil {
			return err
		}
		if n += len(batch); len(batch) == 0 || len(batch) > 100 || n > 1000 {
			return fmt.Errorf("%d of %d annotations in a request", len(batch), n)
		}
		for _, i := range batch {
			if err := checkInsight(i); err != nil || ids[i.ID] {
				return errors.Join(err, fmt.Errorf("annotation %+v", i))
			}
			ids[i.ID] = true
		}
	}
	return nil
}

func checkInsight(i insight) error {
	text := i.Summary + i.Details
	switch {
	case i.Summary == "" || utf8.RuneCountInString(i.Summary) > 450 || utf8.RuneCountInString(i.Details) > 2000:
		return errors.New("length")
	case strings.ContainsFunc(strings.ReplaceAll(text, "\n", ""), unicode.IsControl) || strings.Contains(i.Summary, "\n"):
		return errors.New("a control character")
	case strings.HasPrefix(i.Path, "/") || strings.HasPrefix(i.Path, "../") || i.Line < 0 || i.Path == "" && i.Line != 0:
		return errors.New("place")
	case i.Severity != "CRITICAL" && i.Severity != "HIGH" && i.Severity != "MEDIUM" && i.Severity != "LOW":
		return errors.New("severity")
	}
	return nil
}

func strict(line []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

func TestBitbucketInsights(t *testing.T) {
	t.Parallel()
	r := unansweredSample()
	doc := write(t, Bitbucket, r, Options{})
	if err := readBitbucket([]byte(doc), r); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"path":"infra/main.tf","line":3,"summary":"Ensure buckets are private: aws_s3_bucket.logs"`, `"severity":"CRITICAL","result":"FAILED"`,
		`"summary":"no answer for infra/big file.tf"`, `One of infra/main.tf:1, modules/main.tf:9.`, `"severity":"LOW"}]`,
	} {
		if !strings.Contains(doc, want) {
			t.Errorf("no %s in\n%s", want, doc)
		}
	}
	if got := write(t, Bitbucket, passed(), Options{}); !strings.Contains(got, `"result":"PASSED"`) || strings.Count(got, "\n") != 1 {
		t.Errorf("a pass is %s", got)
	}
	unverified := passed()
	unverified.Verdict.Outcome = result.OutcomeUnverified
	if got := write(t, Bitbucket, unverified, Options{}); !strings.Contains(got, `"result":"FAILED"`) {
		t.Errorf("an unverified run passes: %s", got)
	}
}

// Bitbucket takes 1,000 annotations; the report and standard error count the rest.
func TestBitbucketInsightsAreBounded(t *testing.T) {
	t.Parallel()
	r := many(25_001)
	var said string
	doc := write(t, Bitbucket, r, Options{LeftOut: func(s string) { said = s }})
	if err := readBitbucket([]byte(doc), r); err != nil {
		t.Fatal(err)
	}
	left := len(New(r, result.Unknown).entries()) - 1000
	note := fmt.Sprintf("%d annotations are left out: Bitbucket takes 1000", left)
	if strings.Count(doc, "\n") != 11 || !strings.Contains(doc, note) || !strings.Contains(said, note) {
		t.Errorf("%d lines, said %q", strings.Count(doc, "\n"), said)
	}
}
