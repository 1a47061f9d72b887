package discover

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/scangate/scangate/internal/git/gittest"
)

// A folder of several parts has the entries that package os finds, with their types.
func TestReadNames(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i := range 900 {
		name := filepath.Join(dir, fmt.Sprintf("%03d%s", i, strings.Repeat("n", i%200)))
		switch i % 3 {
		case 0:
			gittest.Write(t, dir, filepath.Base(name), "")
		case 1:
			if err := os.Mkdir(name, 0o700); err != nil {
				t.Fatal(err)
			}
		case 2:
			if err := os.Symlink("nowhere", name); err != nil {
				t.Fatal(err)
			}
		}
	}
	gittest.Write(t, dir, "not\xffUTF-8", "")
	if err := unix.Mkfifo(filepath.Join(dir, "fifo"), 0o600); err != nil {
		t.Fatal(err)
	}

	var got, want listing
	if err := got.readNames(dir, "a/b/"); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		want.add("a/b/"+e.Name(), e.Name(), e.Type())
	}
	for _, l := range []*listing{&got, &want} {
		slices.Sort(l.files)
		slices.Sort(l.links)
		slices.Sort(l.folders)
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(listing{})); diff != "" || len(got.folders) != 300 {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A file system that does not say what an entry is, is asked. What was removed meanwhile is no
// entry.
func TestEntriesWithoutType(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	gittest.Write(t, dir, "file", "")
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("file", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	f, err := openFolder(unix.AT_FDCWD, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	var got listing
	var part []byte
	for _, name := range []string{".", "file", "folder", "removed", "link", ".."} {
		part = append(part, record(name)...)
	}
	if err := got.addEntries(f, "", part); err != nil {
		t.Fatal(err)
	}
	want := listing{files: []string{"file", "link"}, links: []string{"link"}, folders: []string{"folder"}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(listing{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// record is what getdents64(2) writes of a name without a type.
func record(name string) []byte {
	size := (19 + len(name) + 1 + 7) / 8 * 8
	r := make([]byte, size)
	binary.NativeEndian.PutUint16(r[16:], uint16(size))
	r[18] = unix.DT_UNKNOWN
	copy(r[19:], name)
	return r
}

// A folder that can't be opened is an error that names it.
func TestReadNamesOfNoFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	gittest.Write(t, dir, "file", "")
	file := filepath.Join(dir, "file")
	var l listing
	if err := l.readNames(file, ""); err == nil || !strings.Contains(err.Error(), file) || len(l.files) > 0 {
		t.Errorf("got %v, %v", l.files, err)
	}
	if err := l.readNames(file+"s", ""); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
