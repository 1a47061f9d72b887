package run

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/scangate/scangate/internal/result"
)

func TestLasting(t *testing.T) {
	t.Parallel()
	answered := result.Row{Target: result.Target{Kind: result.KindIaC, Name: "main.tf"}, Status: result.Answered}
	failed := func(kind result.Kind, c result.Cause) result.Row {
		return result.Row{
			Target: result.Target{Kind: kind, Name: "x"}, Status: result.Failed, Fault: result.Fault{Cause: c},
			Exclude: "- {}",
		}
	}
	image := failed(result.KindImage, result.CauseNotAnswered)
	for name, c := range map[string]struct {
		rows  []result.Row
		want  []int
		again bool
	}{
		"nothing fails":                   {rows: []result.Row{answered}},
		"an image":                        {rows: []result.Row{answered, image, image}, want: []int{1, 2}},
		"nothing is answered":             {rows: []result.Row{image}},
		"an outage":                       {rows: []result.Row{answered, image, failed(result.KindIaC, result.CauseNetwork)}},
		"a failed scan":                   {rows: []result.Row{answered, failed(result.KindIaC, result.CauseService)}},
		"an alert source":                 {rows: []result.Row{answered, {Status: result.Failed, Fault: result.Fault{Cause: result.CauseUnmatched}}}},
		"a Dockerfile and its only image": {rows: []result.Row{failed(result.KindDockerfile, result.CauseProtocol), image}, want: []int{1}, again: true},
	} {
		if got, again := lasting(c.rows); !slices.Equal(got, c.want) || again != c.again {
			t.Errorf("%s: got %v, %v, want %v, %v", name, got, again, c.want, c.again)
		}
	}
}

// A config file that somebody edits during the scan stays as it is.
func TestReplaceEdited(t *testing.T) {
	t.Parallel()
	i := initializer{file: filepath.Join(t.TempDir(), ".scangate.yaml")}
	if err := os.WriteFile(i.file, []byte("edited"), 0o600); err != nil {
		t.Fatal(err)
	}
	want := i.file + " was edited during the scan: nothing is excluded"
	if err := i.replace("written", "new"); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if got, err := os.ReadFile(i.file); string(got) != "edited" {
		t.Errorf("got %q, %v", got, err)
	}
	if err := i.replace("edited", "new"); err != nil {
		t.Error(err)
	}
	if got, err := os.ReadFile(i.file); string(got) != "new" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestCreateUnwritable(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(file, ".scangate.yaml")
	err := (&initializer{}).create(file, "")
	if pattern := "can't write .*: .*; fix: make room there, or make the folder writable"; err == nil || !regexp.MustCompile(pattern).MatchString(err.Error()) {
		t.Errorf("got %v, want %s", err, pattern)
	}
}
