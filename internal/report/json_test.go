package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
