package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/result"
)

func TestJSONIsTheWholeResult(t *testing.T) {
	t.Parallel()
	r := shop()
	r.Findings[0].Summary = "##[group] ##vso[x] ###[ #[ \u009b \u202e \x7f 日本 <&>"
	out := write(t, JSON, r, Options{}, result.Critical)
	got, err := result.Decode(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if want := `"summary": "#\u0023[group] #\u0023vso[x] #\u0023\u0023[ #[ \u009b \u202e \u007f 日本 <&>"`; !strings.Contains(out, want) {
		t.Errorf("no %s in\n%s", want, out)
	}
}

// TestGuardKeepsTheMeaning writes strings in pieces of any size.
func TestGuardKeepsTheMeaning(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOf(rapid.StringOf(rapid.RuneFrom([]rune("#[a\u0080\u202e日\n\"\\\x7f")))).Draw(t, "texts")
		raw, err := json.Marshal(texts)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		g := &jsonGuard{dst: &out}
		for len(raw) > 0 {
			n := rapid.IntRange(1, len(raw)).Draw(t, "n")
			if wrote, err := g.Write(raw[:n]); wrote != n || err != nil {
				t.Fatal(wrote, err)
			}
			raw = raw[n:]
		}
		var got []string
		if err := json.Unmarshal(out.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(texts, got); diff != "" {
			t.Fatal(diff)
		}
		if strings.Contains(out.String(), "##") || strings.ContainsAny(out.String(), "\u0080\u202e\x7f") {
			t.Fatalf("live text in %q", out.String())
		}
	})
}
