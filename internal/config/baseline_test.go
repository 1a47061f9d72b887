package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
)

func maxAge(t *testing.T, file string, flags ...string) (map[result.Severity]int, error) {
	t.Helper()
	var parsed *File
	if file != "" {
		var err error
		if parsed, err = ParseFile("c.yaml", "", []byte("version: 1\n"+file)); err != nil {
			t.Fatal(err)
		}
	}
	c, err := Resolve(Settings(Scan), Flags{"baseline-max-age": flags}, func(string) string { return "" }, parsed)
	return c.MaxAge, err
}

// No source loosens another: the shortest age counts.
func TestMaxAge(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		file  string
		flags []string
		want  map[result.Severity]int
	}{
		"none":         {},
		"file":         {file: "baseline-max-age: {critical: 7d, high: 30d}\n", want: map[result.Severity]int{result.Critical: 7, result.High: 30}},
		"flag":         {flags: []string{"critical=0d,low=3650d"}, want: map[result.Severity]int{result.Critical: 0, result.Low: 3650}},
		"longer flag":  {file: "baseline-max-age: {critical: 7d}\n", flags: []string{"critical=99d"}, want: map[result.Severity]int{result.Critical: 7}},
		"shorter flag": {file: "baseline-max-age: {critical: 7d}\n", flags: []string{"critical=3d", "high=1d"}, want: map[result.Severity]int{result.Critical: 3, result.High: 1}},
	} {
		got, err := maxAge(t, tt.file, tt.flags...)
		if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
}

func TestMaxAgeRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"critical":        "must be SEVERITY=DAYSd, for example critical=7d",
		"":                "must be SEVERITY=DAYSd",
		"worst=7d":        `unknown severity "worst"`,
		"critical=7":      `critical: must be a number of days from 0d to 3650d, for example 30d, got "7"`,
		"critical=-1d":    "critical: must be a number of days",
		"critical=+1d":    "critical: must be a number of days",
		"critical=3651d":  "critical: must be a number of days",
		"critical=1w":     "critical: must be a number of days",
		"critical=d":      "critical: must be a number of days",
		"high=1d,":        "must be SEVERITY=DAYSd",
		"critical=9e999d": "critical: must be a number of days",
	} {
		if _, err := maxAge(t, "", text); err == nil || !strings.Contains(err.Error(), "--baseline-max-age: "+want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}
