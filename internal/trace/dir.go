package trace

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/scangate/scangate/internal/text"
)

const (
	privateFolder = 0o700
	privateFile   = 0o600
)

// Dir is a folder that a run writes its trace to. It is safe for concurrent use.
type Dir struct {
	root *os.Root
	head Head

	mu   sync.Mutex
	last int
	err  error // the first one
}

// Create makes the folder of a trace. It must not exist, or be empty: two traces in one folder
// would be none.
func Create(path, tool string, now time.Time) (*Dir, error) {
	if err := emptyFolder(path); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, text.WithoutPath(err)
	}
	return begin(root, Head{Version: Version, Tool: tool, Started: now.UTC()})
}

// begin writes what a trace has from its start.
func begin(root *os.Root, head Head) (*Dir, error) {
	d := &Dir{root: root, head: head}
	err := root.WriteFile(".gitignore", []byte("*\n"), privateFile)
	if err == nil {
		err = d.write(headName, d.head)
	}
	if err != nil {
		_ = root.Close() // the first error says more
		return nil, fmt.Errorf("can't write there: %w; fix: make room, or name another folder", text.WithoutPath(err))
	}
	return d, nil
}

// emptyFolder makes a private folder, or makes an empty one private.
func emptyFolder(path string) error {
	if info, err := os.Lstat(path); err == nil && !info.IsDir() {
		return errors.New("is not a folder; fix: name a new folder")
	}
	if err := os.MkdirAll(path, privateFolder); err != nil {
		return fmt.Errorf("can't make the folder: %w; fix: name another one", text.WithoutPath(err))
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return text.WithoutPath(err)
	}
	if len(entries) > 0 {
		return errors.New("the folder is not empty; fix: name a new folder")
	}
	return text.WithoutPath(os.Chmod(path, privateFolder))
}

// Begin returns the number of a request that is about to be made.
func (d *Dir) Begin() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.last++
	return d.last
}

// Add keeps a request that has ended. An error is kept for Close, because it must not end the run.
func (d *Dir) Add(number int, e Exchange) {
	err := d.write(fileName(number), e)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err == nil {
		d.err = err
	}
}

// Close ends the trace and returns how many requests it has. The error says that it lacks some.
func (d *Dir) Close() (requests int, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.head.Requests = &d.last
	if d.err == nil {
		d.err = d.write(headName, d.head)
	}
	return d.last, errors.Join(text.WithoutPath(d.err), d.root.Close())
}

// write writes a file at once: under another name first.
func (d *Dir) write(name string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	temporary := "." + name + ".tmp"
	err = d.root.WriteFile(temporary, append(text, '\n'), privateFile)
	if err == nil {
		err = d.root.Rename(temporary, name)
	}
	if err != nil {
		_ = d.root.Remove(temporary) // the first error says more
	}
	return err
}
