package result

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestRuleID(t *testing.T) {
	t.Parallel()
	const want = "ensure-s3-bucket-has-versioning-enabled-ecf0e6da2327"
	for _, same := range []string{"Ensure S3 bucket has versioning enabled", "  ensure  S3 bucket\nhas versioning enabled "} {
		if got := RuleID(same); got != want {
			t.Errorf("RuleID(%q) = %q, want %q", same, got, want)
		}
	}
	for text, want := range map[string]string{
		strings.Repeat("a", maxSlug+9):                          strings.Repeat("a", maxSlug),
		strings.Repeat("a", 29) + " " + strings.Repeat("b", 30): strings.Repeat("a", 29) + "-" + strings.Repeat("b", 30),
		strings.Repeat("a", 30) + " " + strings.Repeat("b", 30): strings.Repeat("a", 30),
		"0-9, az; é\x7f": "0-9-az", "": "rule", "é": "rule",
	} {
		if got := slug(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	long := strings.Repeat("word and more ", 20)
	if RuleID(long) == RuleID(long+"x") {
		t.Error("the end of a long summary makes no difference")
	}
}

func TestRuleIDsHaveOneForm(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*-[0-9a-f]{12}$`)
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "summary")
		if id := RuleID(s); !form.MatchString(id) || len(id) > maxSlug+1+ruleDigits || CheckRule(id) != nil {
			t.Errorf("RuleID(%q) = %q: %v", s, id, CheckRule(id))
		}
	})
}

func TestRulesOfImages(t *testing.T) {
	t.Parallel()
	for id, summary := range map[string]string{RuleImageVulnerabilities: "image vulnerabilities", RuleImageNotSecure: "image not secure"} {
		if want := RuleID(summary); id != want {
			t.Errorf("the rule is %q, want %q", id, want)
		}
	}
}

func TestCheckRule(t *testing.T) {
	t.Parallel()
	const (
		part = "must be a whole rule id, which ends in a hyphen and 12 hexadecimal digits, got %q"
		form = "must be a rule id: words of a-z and 0-9 with hyphens between them, at most 60 characters, then a hyphen and 12 hexadecimal digits, got %q"
	)
	for id, want := range map[string]string{
		"":                                               mustBeSet,
		"public-bucket":                                  part,
		"bucket":                                         part,
		"public-bucket-1f3a":                             part,
		"public-bucket-1f3a5b7c9d1":                      part,
		"public-bucket-1f3a5b7c9d1e2":                    part,
		"public-bucket-1F3A5B7C9D1E":                     part,
		"public-bucket-1f3a5b7c9d1g":                     part,
		"1f3a5b7c9d1e":                                   part,
		"public-bucket-1f3a5b7c9d1e/critical":            part,
		"public-bucket-1f3a5b7c9d1e ":                    part,
		"-1f3a5b7c9d1e":                                  form,
		"public--bucket-1f3a5b7c9d1e":                    form,
		"-public-1f3a5b7c9d1e":                           form,
		"Public-bucket-1f3a5b7c9d1e":                     form,
		"public_bucket-1f3a5b7c9d1e":                     form,
		"public-*-1f3a5b7c9d1e":                          form,
		"bücket-1f3a5b7c9d1e":                            form,
		strings.Repeat("a", maxSlug+1) + "-1f3a5b7c9d1e": form,
	} {
		if id != "" {
			want = fmt.Sprintf(want, id)
		}
		if err := CheckRule(id); err == nil || err.Error() != want {
			t.Errorf("CheckRule(%q) = %v, want %q", id, err, want)
		}
	}
	if err := CheckRule("public-bucket-1f3a5b7c9d1e"); err != nil {
		t.Error(err)
	}
}
