package choice_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/choice"
)

func TestSuggest(t *testing.T) {
	t.Parallel()
	severities := []string{"critical", "high", "medium", "low", "info"}
	for _, tt := range []struct {
		text  string
		words []string
		want  string
	}{
		{"hihg", severities, `; did you mean "high"?`},
		{"HIGH", severities, `; did you mean "high"?`},
		{" lwo ", severities, `; did you mean "low"?`},
		{"criticl", severities, `; did you mean "critical"?`},
		{"crit", severities, `; did you mean "critical"?`},
		{"embdedded", []string{"embedded"}, `; did you mean "embedded"?`},
		{"AWS_S33", []string{"AWS_S3", "AWS_VM"}, `; did you mean "AWS_S3"?`},
		{"bucket", []string{"GCP_BUCKETS", "AWS_S3", "OCI_BUCKET"}, `; did you mean "OCI_BUCKET" or "GCP_BUCKETS"?`},
		{"aa", []string{"aab1", "aab2", "aab3x"}, `; did you mean "aab1", "aab2" or "aab3x"?`},
		{"severe", severities, ""},
		{"x", severities, ""},
		{"", severities, ""},
		{"o", severities, ""},
	} {
		if got := choice.Suggest(tt.text, tt.words); got != tt.want {
			t.Errorf("Suggest(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestUnknown(t *testing.T) {
	t.Parallel()
	got := choice.Unknown("format", "sarfi", []string{"json", "sarif"}).Error()
	if want := `unknown format "sarfi"; did you mean "sarif"? fix: use json, sarif`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	many := strings.Split(strings.Repeat("word ", 30), " ")
	if got := choice.Unknown("key", "\n", many).Error(); got != `unknown key "\n"; fix: use one like word, word, word` {
		t.Errorf("got %s", got)
	}
}

// One wrong letter, or two that are swapped, never hide a word.
func TestOneMistakeIsFound(t *testing.T) {
	t.Parallel()
	words := []string{"dockerfile", "image", "template", "not-sent", "gitlab-sast"}
	rapid.Check(t, func(t *rapid.T) {
		meant := rapid.SampledFrom(words).Draw(t, "word")
		i := rapid.IntRange(0, len(meant)-2).Draw(t, "at")
		typed := rapid.SampledFrom([]string{
			meant[:i] + meant[i+1:], meant[:i] + "q" + meant[i:], meant[:i] + "q" + meant[i+1:],
			meant[:i] + meant[i+1:i+2] + meant[i:i+1] + meant[i+2:], strings.ToUpper(meant),
		}).Draw(t, "typed")
		if got := choice.Similar(typed, words); !slices.Equal(got, []string{meant}) {
			t.Fatalf("Similar(%q) = %q, want %q", typed, got, meant)
		}
	})
}
