package jsonx

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// FuzzParse reads an answer in both ways, and compares what comes with another
// decoder: whatever is accepted is a document of one object without duplicates,
// and its values are those that stand there.
func FuzzParse(f *testing.F) {
	for _, body := range []string{
		`{"list":[{"id":"a"},{"id":1}],"n":"7"}`, `{"list":[],"n":3.0}`, `{"List":[]}`, `{"list":null,"list":[]}`, "\xef\xbb\xbf{}", `{"list":[{"id":"\ud83d"}]} `,
		`{"n":1e-400,"list":[1]}`, `{"list":[{"id":"\u00e9\n"}],"n":"٣"}`, `[]`, `{"n":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		whole, n := readWhole(body)
		streamed := []string{}
		_, err := Stream(bytes.NewReader(body), Options{}, "list", func(o *Object) error {
			streamed = append(streamed, o.OptText("id"))
			return nil
		})
		if e, ok := errors.AsType[*Error](err); err != nil && (!ok || len(e.Fields) == 0) {
			t.Fatalf("%T: %v", err, err)
		}
		if (err == nil) != (whole != nil) {
			t.Fatalf("streamed: %v; as a whole: %v", err, whole)
		}
		if err != nil {
			return
		}
		var other struct {
			List []struct{ ID any }
			N    json.RawMessage
		}
		plain := bytes.TrimPrefix(body, []byte(byteOrderMark))
		if err := json.Unmarshal(plain, &other); err != nil || !utf8.Valid(plain) {
			t.Fatalf("accepted, and is not a document: %v", err)
		}
		if diff := cmp.Diff(whole, streamed); diff != "" || len(other.List) != len(whole) {
			t.Errorf("%d elements of %d: %s", len(whole), len(other.List), diff)
		}
		sameCount(t, n, other.N)
	})
}

// readWhole returns the ids in the list and the count n, or nil. n is -1 where it is
// missing or no count.
func readWhole(body []byte) (ids []string, n int) {
	ids = []string{}
	o := Parse(body, Options{ShowValues: true})
	for item := range o.Objects("list") {
		ids = append(ids, item.OptText("id"))
	}
	if o.Err() != nil {
		return nil, 0
	}
	own := o.Scope()
	if n = own.OptCount("n", -1); own.Err() != nil {
		n = -1
	}
	return ids, n
}

// sameCount checks that a count is the number that the answer holds: no zero is
// made of something that isn't one.
func sameCount(t *testing.T, n int, raw json.RawMessage) {
	t.Helper()
	text := string(raw)
	var s string
	if json.Unmarshal(raw, &s) == nil {
		text = s
	}
	want, ok := new(big.Rat).SetString(strings.TrimSuffix(strings.TrimSpace(text), "."))
	if n >= 0 && (!ok || want.Cmp(new(big.Rat).SetInt64(int64(n))) != 0) {
		t.Errorf("%d was made of %s", n, raw)
	}
}
