package seal

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func sealed(t testing.TB, k Key, document string) string {
	t.Helper()
	var b bytes.Buffer
	w := NewWriter(&b, k)
	if _, err := io.Copy(w, iotest.OneByteReader(strings.NewReader(document))); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func valid(k Key, text string) bool {
	c := NewChecker(k)
	_, _ = io.Copy(c, strings.NewReader(text))
	return c.Valid()
}

const document = "{\n  \"format\": 1\n}\n"

func TestSealIsTheLastMember(t *testing.T) {
	t.Parallel()
	got := sealed(t, NewKey("key", "result"), document)
	const want = "{\n  \"format\": 1,\n  \"seal\": \"aa07c61bd88a32631adef40908b0322e07b9d238983f962488ab9914175e93c7\"\n}\n"
	if got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestEveryByteIsSealed(t *testing.T) {
	t.Parallel()
	k := NewKey("key", "result")
	text := sealed(t, k, document)
	if !valid(k, text) {
		t.Fatalf("not valid: %s", text)
	}
	for i := range len(text) {
		changed := []byte(text)
		changed[i] ^= 1
		for _, other := range []string{string(changed), text[:i] + text[i+1:], text[:i] + " " + text[i:]} {
			if valid(k, other) {
				t.Errorf("valid although changed at byte %d: %q", i, other)
			}
		}
	}
	for _, other := range []string{"", document, text + "\n", text + text, text[:len(text)-1]} {
		if valid(k, other) {
			t.Errorf("valid: %q", other)
		}
	}
}

func TestOtherKeysAreOther(t *testing.T) {
	t.Parallel()
	text := sealed(t, NewKey("key", "result"), document)
	for _, k := range []Key{NewKey("kez", "result"), NewKey("key", "state"), NewKey("", "result"), {}} {
		if valid(k, text) {
			t.Errorf("a seal of another key is valid")
		}
	}
	if (Key{}).Present() || !NewKey("key", "result").Present() {
		t.Error("Present is wrong")
	}
}

func TestOnlyADocumentCanBeSealed(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "{}", "{}\n", "{\n}"} {
		w := NewWriter(io.Discard, NewKey("key", "result"))
		_, _ = io.WriteString(w, text)
		if err := w.Close(); err == nil || err.Error() != "can't seal a document that does not end in a closing brace on a line of its own" {
			t.Errorf("%q: error %v", text, err)
		}
	}
}

// FuzzSeal holds that pieces make no difference, and that a text is valid only if sealing what is
// left without its seal gives that text again.
func FuzzSeal(f *testing.F) {
	k := NewKey("key", "result")
	f.Add(sealed(f, k, document), 3)
	f.Add(document, 1)
	f.Fuzz(func(t *testing.T, text string, size int) {
		c := NewChecker(k)
		for rest := text; rest != ""; {
			n := min(max(1, size), len(rest))
			_, _ = c.Write([]byte(rest[:n]))
			rest = rest[n:]
		}
		if whole := valid(k, text); c.Valid() != whole {
			t.Fatalf("in pieces of %d bytes it is not %v: %q", size, whole, text)
		} else if whole && sealed(t, k, text[:len(text)-closing]+end) != text {
			t.Fatalf("valid and not sealed by us: %q", text)
		}
	})
}
