package state

import (
	"bytes"
	"testing"

	"github.com/scangate/scangate/internal/seal"
)

// fileOf returns a file with some bodies, each with a valid MAC.
func fileOf(key seal.Key, bodies ...[]byte) []byte {
	c, text := newChain(key), []byte(header)
	for _, body := range bodies {
		text = append(append(append(append(text, c.macOf(body)...), ' '), body...), '\n')
	}
	return text
}

// FuzzDecode tries bodies with and without a valid MAC. Every accepted file has
// one, and can be written and read again.
func FuzzDecode(f *testing.F) {
	key := seal.NewKey("key-123", "state")
	f.Add([]byte(`{"key":"00"}`))
	f.Add(fileOf(key, []byte(`{"key":"ab","id":"scan-1","at":1}`)))
	f.Add([]byte(`{"key":"00","id":"a\u0000","at":1e400}`))
	f.Add([]byte(header))
	f.Fuzz(func(t *testing.T, text []byte) {
		if list, err := decode(key, text); err == nil {
			var bodies [][]byte
			for line := range bytes.Lines(text[len(header):]) {
				_, body, _ := bytes.Cut(bytes.TrimSuffix(line, []byte("\n")), []byte(" "))
				bodies = append(bodies, body)
			}
			if !bytes.Equal(text, fileOf(key, bodies...)) {
				t.Fatalf("%q is accepted without a valid MAC: %+v", text, list)
			}
		}
		list, err := decode(key, fileOf(key, text))
		if err != nil {
			return
		}
		c, again := newChain(key), []byte(header)
		for _, r := range list {
			again = append(again, c.line(r)...)
		}
		if _, err := decode(key, again); err != nil {
			t.Fatalf("%q reads as %+v, which can't be read again: %v", text, list, err)
		}
	})
}
