package jsonx

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// ids reads the ids in the list of a body.
func ids(r io.Reader) (ids []string, top *Object, err error) {
	top, err = Stream(r, Options{ShowValues: true}, "list", func(o *Object) error {
		ids = append(ids, o.Text("id"))
		return nil
	})
	return ids, top, err
}

func TestStream(t *testing.T) {
	t.Parallel()
	body := "\xef\xbb\xbf" + `{"before":{"a":[1,{}]},"list":[{"id":1},{"id":"two"}],"after":3} ` + "\n"
	got, top, err := ids(iotest.OneByteReader(strings.NewReader(body)))
	if diff := cmp.Diff([]string{"1", "two"}, got); diff != "" || err != nil {
		t.Fatal(err, diff)
	}
	if top.Count("after") != 3 || top.Any("before") != `{"a":[1,{}]}` || top.Has("list") || top.Err() != nil {
		t.Error(top.Err())
	}
}

func TestStreamErrors(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"":                                ": must be a JSON object, got nothing",
		"<html>":                          ": must be a JSON object, got an HTML page",
		"[]":                              ": must be a JSON object, got []",
		strings.Repeat(" ", 100) + "[]":   ": must be a JSON object, got [",
		"{":                               ": the text ends too early",
		"{}":                              "list: must be an array of objects, got nothing",
		`{"list":null}`:                   "list: must be an array of objects, got null",
		`{"list":{}}`:                     "list: must be an array of objects, got {}",
		`{"List":[]}`:                     `list: the key is spelled "List"`,
		`{"list":[],"List":[]}`:           `list: the key is spelled "List"`,
		`{"list":[],"list":[]}`:           "list: duplicate key",
		`{"a":1,"list":[],"a":2}`:         "a: duplicate key",
		`{"list":[null]}`:                 "list[0]: must be an object, got null",
		`{"list":[{"id":"1"},"x"]}`:       `list[1]: must be an object, got "x"`,
		`{"list":[{"id":1},{"id":{}}]}`:   "list[1].id: must be a string, got {}",
		`{"list":[{"id":1,"id":1}]}`:      "list[0].id: duplicate key",
		`{"list":[{"id":1}`:               "list: the text ends too early",
		`{"list":[{"id":"s"`:              "list[0]: the text ends too early",
		`{"list":[{"id":1} {}]}`:          "list: invalid JSON after 18 bytes: invalid character '{' after array element (expecting ',' or ']')",
		`{"list":[]}x`:                    ": invalid JSON after 11 bytes: invalid character 'x' at start of value",
		`{"list":[]}{}`:                   ": text after the end of the JSON object",
		`{"list":[]`:                      ": the text ends too early",
		`{"list":[{"id":1}]]`:             ": invalid JSON after 18 bytes: invalid character ']' after object value (expecting ',' or '}')",
		`{"list":[{"id":"` + "\xff" + `"`: "list[0].id: invalid JSON after 16 bytes: invalid UTF-8",
	} {
		_, _, err := ids(strings.NewReader(body))
		if diff := cmp.Diff([]string{want}, texts(t, err)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", body, diff)
		}
	}
	for _, cut := range []string{"", "{", `{"list":[`, `{"list":[{"id":1}`, `{"list":[]}`} {
		if _, _, err := ids(io.MultiReader(strings.NewReader(cut), iotest.ErrReader(errors.New("reset")))); err == nil {
			t.Errorf("%q and a fault were read as an answer", cut)
		}
	}
}

func TestStreamStopsAtAnErrorOfTheCaller(t *testing.T) {
	t.Parallel()
	full, n := errors.New("full"), 0
	_, err := Stream(strings.NewReader(`{"list":[{},{},{}]}`), Options{}, "list", func(*Object) error {
		n++
		return full
	})
	if !errors.Is(err, full) || err != full || n != 1 {
		t.Errorf("%v after %d elements", err, n)
	}
}

// endless repeats a text after a start.
type endless struct {
	start, text string
	read        int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.start == "" {
		e.start = e.text
	}
	n := copy(p, e.start)
	e.start, e.read = e.start[n:], e.read+n
	return n, nil
}

// One endless value can't take the memory that a long list may.
func TestStreamEndlessValue(t *testing.T) {
	t.Parallel()
	filler := strings.Repeat(" ", 1<<16)
	for name, e := range map[string]*endless{
		"text":    {start: `{"list":[{"id":"`, text: filler},
		"ignored": {start: `{"other":"`, text: filler},
		"key":     {start: `{"`, text: filler},
		"spaces":  {start: `{`, text: filler},
		"members": {start: `{"a":[`, text: `0,`},
	} {
		if _, _, err := ids(e); !errors.Is(err, ErrTooLarge) || !strings.HasSuffix(err.Error(), "a single value is larger than 4 MB") || e.read > 4*maxValue {
			t.Errorf("%s: %v after %d bytes", name, err, e.read)
		}
	}
	var many strings.Builder
	for i := range 200_000 {
		fmt.Fprintf(&many, `,"%020d":0`, i)
	}
	if _, _, err := ids(strings.NewReader(`{"list":[]` + many.String() + `}`)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("members: %v", err)
	}
}

// Memory doesn't grow with the length of the list. Not parallel: it reads the
// heap of the whole process.
func TestStreamMemory(t *testing.T) { //nolint:paralleltest // see above
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before, n, stop := heap(), 0, errors.New("enough")
	e := &endless{start: `{"list":[{}`, text: `,{"id":"` + strings.Repeat("x", 300) + `"}`}
	_, err := Stream(e, Options{}, "list", func(*Object) error {
		if n++; n%10_000 == 0 && heap() > before+4<<20 {
			return fmt.Errorf("%d MB more after %d elements", (heap()-before)>>20, n)
		}
		if n == 30_000 {
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) {
		t.Error(err)
	}
}

func BenchmarkStream(b *testing.B) {
	body := `{"list":[{"id":"s"}` + strings.Repeat(`,{"id":"s","alertSummary":"rule","criticalLevel":"LOW","alertDetails":"AWS_S3 (Ref: bucket, File: infra/main.tf)"}`, 100_000) + `]}`
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if list, _, err := ids(strings.NewReader(body)); err != nil || len(list) != 100_001 {
			b.Fatal(err)
		}
	}
}
