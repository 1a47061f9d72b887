package trace

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/scangate/scangate/internal/text"
)

// maxFile bounds the file of a request: twice the body that is kept, for its escapes.
const maxFile = 256 << 20

// Trace is a trace that was read.
type Trace struct {
	Head Head
	// Exchanges are in the order in which they began. Those that a killed run had begun and not
	// ended are missing.
	Exchanges []Exchange
}

// Read reads the trace in a folder. It refuses one that lacks a file, or has another version or an
// unknown key. The error names the file, and the place in it.
func Read(dir string) (*Trace, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; fix: name the folder of --trace-dir", dir, text.WithoutPath(err))
	}
	defer root.Close()
	var t Trace
	if err := readFile(root, headName, &t.Head); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: is not a trace: it has no %s; fix: name the folder of --trace-dir", dir, headName)
		}
		return nil, err
	}
	if t.Head.Version != Version {
		return nil, fmt.Errorf("%s: version %d is not known, only %d; fix: use the scangate that recorded it: %s",
			filepath.Join(dir, headName), t.Head.Version, Version, t.Head.Tool)
	}
	last, err := lastNumber(root, t.Head)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	for n := 1; n <= last; n++ {
		e, err := readExchange(root, fileName(n))
		switch {
		case err == nil:
			t.Exchanges = append(t.Exchanges, e)
		case !errors.Is(err, fs.ErrNotExist):
			return nil, err
		case t.Head.Requests != nil:
			return nil, fmt.Errorf("%s: a file of the trace is missing; fix: ask for the whole folder again", filepath.Join(dir, fileName(n)))
		}
	}
	return &t, nil
}

// readExchange reads and checks the file of a request.
func readExchange(root *os.Root, name string) (e Exchange, err error) {
	if err := readFile(root, name, &e); err != nil {
		return e, err
	}
	return e, e.check(filepath.Join(root.Name(), name))
}

// lastNumber is the number of the last file. A file beyond those that the head counts is an error.
func lastNumber(root *os.Root, head Head) (int, error) {
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return 0, text.WithoutPath(err)
	}
	last := 0
	for _, e := range entries {
		n, err := strconv.Atoi(strings.TrimSuffix(e.Name(), extension))
		if err == nil && e.Name() == fileName(n) {
			last = max(last, n)
		}
	}
	if head.Requests == nil {
		return last, nil
	}
	if last > *head.Requests {
		return 0, fmt.Errorf("%s counts %d requests, and there is %s; fix: ask for the whole folder again", headName, *head.Requests, fileName(last))
	}
	return *head.Requests, nil
}

// readFile reads a file of a trace into v.
func readFile(root *os.Root, name string, v any) error {
	path := filepath.Join(root.Name(), name)
	f, err := root.Open(name)
	if err != nil {
		return fmt.Errorf("%s: %w", path, text.WithoutPath(err))
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil && info.Size() > maxFile {
		err = fmt.Errorf("is larger than %d MiB, which no file of a trace is; fix: ask for the whole folder again", maxFile>>20)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, text.WithoutPath(err))
	}
	content, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return fmt.Errorf("%s: %w", path, text.WithoutPath(err))
	}
	return decode(path, content, v)
}

// decode reads the text of a file of a trace into v. It has one value, without unknown keys.
func decode(path string, text []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	err := dec.Decode(v)
	if err == nil {
		if _, more := dec.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("there is more than one value")
		}
	}
	if err != nil {
		return fmt.Errorf("%s:%s: is not a file of a trace: %w; fix: ask for the whole folder again", path, place(text, err, dec.InputOffset()), err)
	}
	return nil
}

// place is the line and the column of an error.
func place(text []byte, err error, offset int64) string {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = syntax.Offset
	}
	if kind, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		offset = kind.Offset
	}
	if _, name, ok := strings.Cut(err.Error(), "unknown field "); ok {
		offset = int64(bytes.Index(text, []byte(name)))
	}
	before := text[:min(max(offset, 0), int64(len(text)))]
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		before = text
	}
	line := bytes.Count(before, []byte{'\n'}) + 1
	return fmt.Sprintf("%d:%d", line, len(before)-bytes.LastIndexByte(before, '\n'))
}

// check refuses what can't be served.
func (e Exchange) check(path string) error {
	switch {
	case e.Service == "", e.Method == "", !strings.HasPrefix(e.Path, "/"):
		return fmt.Errorf("%s: the service, the method or the path is missing; fix: ask for the whole folder again", path)
	case e.Answer == nil && e.Fault == "":
		return fmt.Errorf("%s: neither answer nor fault; fix: ask for the whole folder again", path)
	case e.Answer != nil && (e.Answer.Status < 100 || e.Answer.Status > 999):
		return fmt.Errorf("%s: %d is not a status; fix: ask for the whole folder again", path, e.Answer.Status)
	}
	return nil
}
