package jsonx

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type inner struct {
	Note string `json:"note,omitempty"`
}

// Extra is embedded by a pointer.
type Extra struct {
	Size int `json:"size,omitempty"`
}

type doc struct {
	inner
	*Extra

	Name string         `json:"name"`
	Time time.Time      `json:"time,omitzero"`
	List []inner        `json:"list"`
	Map  map[string]int `json:"map,omitempty"`
	Null *int           `json:"null"`
	Part *inner         `json:"part,omitempty"`
}

func TestDocument(t *testing.T) {
	t.Parallel()
	var got doc
	err := Document(strings.NewReader(`{"name":"n","time":"2026-01-02T03:04:05Z","list":[{"note":"a"},{}],
		"map":{"Env":1,"env":2},"null":null,"note":"e","size":3}`), &got)
	if err != nil {
		t.Fatal(err)
	}
	want := doc{
		inner: inner{"e"}, Extra: &Extra{3}, Name: "n", Time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		List: []inner{{"a"}, {}}, Map: map[string]int{"Env": 1, "env": 2},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(doc{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestDocumentRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		``:                                     "the text ends too early",
		`{`:                                    "the text ends too early",
		`[]`:                                   "must not be an array",
		`{}`:                                   "name: missing",
		`{"name":"n","list":[]}`:               "null: missing",
		`{"name":"n","list":[],"null":null}{}`: "invalid JSON after 34 bytes: invalid character '{' after top-level value",
		`{"name":"n","name":"n"}`:              "name: duplicate key",
		`{"Name":"n"}`:                         "Name: unknown key",
		`{"list":[{"x":1}]}`:                   "list[0].x: unknown key",
		`{"list":[{"note":null}]}`:             "list[0].note: must not be null",
		`{"list":[null]}`:                      "list[0]: must not be null",
		`{"list":null}`:                        "list: must not be null",
		`{"part":null}`:                        "part: must not be null",
		`{"map":{"a":1,"a":2}}`:                "map.a: duplicate key",
		`{"map":{"a":1e400}}`:                  "map.a: must not be 1e400",
		`{"map":{"a":null}}`:                   "map.a: must not be null",
		`{"time":"now"}`:                       "time: parsing time",
		`{"name":1}`:                           "name: must not be a number",
		`{"name":"` + "\xff" + `"}`:            "invalid UTF-8",
		`{"list":[{"note":"a","note":"a"}]}`:   "list[0].note: duplicate key",
		`{"name":"n","list":[],"null":null,"part":{"y":{}}}`: "part.y: unknown key",
	} {
		var d doc
		if err := Document(strings.NewReader(text), &d); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}
