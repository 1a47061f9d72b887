package report

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/result"
)

// readBuildkite demands what readMarkdown does, up to Buildkite's limit, and no emoji.
func readBuildkite(doc []byte, r *result.Result) error {
	if len(doc) > 1<<20 || !utf8.Valid(doc) {
		return fmt.Errorf("%d bytes", len(doc))
	}
	if found := emoji().FindString(withoutCode(string(doc))); found != "" {
		return fmt.Errorf("an emoji: %q", found)
	}
	if len(doc) > 65_536 {
		return nil
	}
	return readMarkdown(doc, r)
}

func TestWithoutEmoji(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"arn:aws:s3:::b":         "arn:&#8203;aws:&#8203;s3:::b",
		":a:b:c:":                ":&#8203;a:&#8203;b:&#8203;c:",
		"    code :a:\n:tada:\n": "    code :a:\n:&#8203;tada:\n",
		"infra/main.tf:3: high":  "infra/main.tf:&#8203;3: high",
		"a: b: c":                "a: b: c",
	} {
		if got := withoutEmoji(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestBuildkiteAnnotationIsBounded(t *testing.T) {
	t.Parallel()
	r := many(25_001)
	for i := range r.Findings {
		r.Findings[i].Summary = strings.Repeat(":a", 100) + ":" + r.Findings[i].Summary
	}
	if err := readBuildkite([]byte(write(t, Buildkite, r, Options{})), r); err != nil {
		t.Error(err)
	}
}
