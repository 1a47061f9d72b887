package locate

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/scangate/scangate/internal/result"
)

// repo is a repository in memory.
type repo struct {
	files map[string]string
	paths []string
}

func newRepo(t testing.TB, archive string) *repo {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", archive))
	if err != nil {
		t.Fatal(err)
	}
	r := &repo{files: map[string]string{}}
	for _, f := range txtar.Parse(data).Files {
		r.add(f.Name, string(f.Data))
	}
	return r
}

func repoOf(files map[string]string) *repo {
	r := &repo{files: map[string]string{}}
	for path, text := range files {
		r.add(path, text)
	}
	return r
}

func (r *repo) add(path, text string) {
	r.files[path] = text
	r.paths = append(r.paths, path)
}

func (r *repo) read(path string) ([]byte, error) {
	text, ok := r.files[path]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return []byte(text), nil
}

func (r *repo) source(targets ...result.Target) Checkout {
	return Checkout{Read: r.read, Targets: targets}
}

func alert(summary, details string) result.Alert {
	return result.Alert{Severity: result.High, Summary: summary, Details: details}
}

// submission returns a scan of all files of the repository.
func (r *repo) submission(alerts ...result.Alert) result.Submission {
	return result.Submission{ID: "scan-1", Paths: r.paths, Alerts: alerts}
}

// placeAll places the alerts of one submission.
func (r *repo) placeAll(ctx context.Context, alerts ...result.Alert) []result.Finding {
	found, err := Place(ctx, []result.Submission{r.submission(alerts...)}, nil, r.source())
	if err != nil {
		panic(err)
	}
	return found
}

// mustPlace is [Place], which panics nowhere.
func mustPlace(t testing.TB, submissions []result.Submission, images []result.ImageAnswer, repo Checkout) []result.Finding {
	t.Helper()
	found, err := Place(t.Context(), submissions, images, repo)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// mustSnippets is [Snippets], which panics nowhere.
func mustSnippets(t testing.TB, findings []result.Finding, repo Checkout) {
	t.Helper()
	if err := Snippets(t.Context(), findings, repo); err != nil {
		t.Fatal(err)
	}
}

// place places one alert whose summary names nothing.
func (r *repo) place(t testing.TB, details string) []result.Finding {
	t.Helper()
	return r.placeAll(t.Context(), alert("Ensure that it is right", details))
}

// at is the place of a finding, for tables.
type at struct {
	Path      string
	Line      int
	Placement result.Placement
}

func whereIs(f result.Finding) at {
	if !f.Placed() {
		return at{Placement: f.Placement}
	}
	return at{f.Locations[0].Path, f.Locations[0].Line, f.Placement}
}
