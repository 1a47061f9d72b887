package state

import (
	"bytes"
	"testing"

	"github.com/scangate/scangate/internal/seal"
)

// FuzzDecode tries bodies with and without a valid MAC. Every accepted file has
// one, and can be written and read again.
func FuzzDecode(f *testing.F) {
	key := seal.NewKey("key-123", "state")
	f.Add([]byte(`{"entries":[]}`))
	f.Add(encode(key, []entry{{Key: "ab", ID: "scan-1", At: 1}}))
	f.Add([]byte(`{"entries":[{"key":"00","id":"a\u0000","at":1e400}]}`))
	f.Add([]byte(header))
	f.Fuzz(func(t *testing.T, text []byte) {
		if list, err := decode(key, text); err == nil {
			_, body, _ := bytes.Cut(text, []byte("\n"))
			if !bytes.Equal(text, append([]byte(header+macOf(key, body)+"\n"), body...)) {
				t.Fatalf("%q is accepted without a valid MAC: %+v", text, list)
			}
		}
		sealed := append([]byte(header+macOf(key, text)+"\n"), text...)
		list, err := decode(key, sealed)
		if err != nil {
			return
		}
		if _, err := decode(key, encode(key, list)); err != nil {
			t.Fatalf("%q reads as %+v, which can't be read again: %v", text, list, err)
		}
	})
}
