package scan

import (
	"crypto/sha256"
	"errors"
	"io"
	"testing"
	"testing/fstest"
	"time"

	"github.com/scangate/scangate/internal/result"
)

// What was looked at for secrets is what is sent, or the file fails.
func TestPlannedFileIsTheOneThatWasPlanned(t *testing.T) {
	t.Parallel()
	then := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	sum := sha256.Sum256([]byte("planned"))
	known := result.Content{Size: 7, SHA256: sum, Modified: then}
	for name, tt := range map[string]struct {
		known    result.Content
		data     string
		modified time.Time
		fails    bool
	}{
		"unchanged":                     {known: known, data: "planned", modified: then},
		"another content":               {known: known, data: "secrets", modified: then.Add(1), fails: true},
		"another content, and old":      {known: known, data: "secrets", modified: then.Add(-time.Hour), fails: true},
		"the same content, later":       {known: known, data: "planned", modified: then.Add(time.Hour)},
		"rendered":                      {known: known, data: "renders"},
		"of git's objects":              {known: result.Content{Size: 7, SHA256: known.SHA256}, data: "planned"},
		"not looked at":                 {data: "planned", modified: then},
		"sent, and its hash is unknown": {known: result.Content{Size: 7, Modified: then}, data: "planned", modified: then.Add(1)},
	} {
		files := fstest.MapFS{"a.tf": {Data: []byte(tt.data), ModTime: tt.modified}}
		r := &run{opts: Options{Files: files}, contents: map[string]result.Content{"a.tf": tt.known}}
		got, err := readPlanned(r, "a.tf")
		if failed := unreadableIn(err); tt.fails != (failed != nil && errors.Is(err, errChanged)) || !tt.fails && got != tt.data {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestPlannedFileThatChangesWhileItIsRead(t *testing.T) {
	t.Parallel()
	file := &fstest.MapFile{Data: []byte("planned"), ModTime: time.Unix(1, 0)}
	r := &run{opts: Options{Files: fstest.MapFS{"a.tf": file}}}
	rc, err := r.open("a.tf")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(rc, make([]byte, 3)); err != nil {
		t.Fatal(err)
	}
	file.ModTime = time.Unix(1, 1)
	_, err = io.Copy(io.Discard, rc)
	if unreadableIn(err) == nil || err.Error() != "can't read a.tf: it changed since it was planned" {
		t.Errorf("err = %v", err)
	}
}

func readPlanned(r *run, path string) (string, error) {
	rc, err := r.open(path)
	if err != nil {
		return "", err
	}
	content, err := io.ReadAll(rc)
	return string(content), errors.Join(err, rc.Close())
}
