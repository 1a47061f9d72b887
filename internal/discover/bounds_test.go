package discover_test

import (
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/result"
)

// A template that would take too much memory is a failed row that says where and what.
func TestTemplateThatIsTooLarge(t *testing.T) {
	t.Parallel()
	dir := plain(t, files{"k8s/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: p}\ndata: [" + strings.Repeat("a,", 300_000) + "a]\n"})
	r := row(t, plan(t, dir, discover.Options{}), "iac:k8s/a.yaml")
	want := result.Fault{Cause: result.CauseTooLarge, Fix: "split the file, or exclude it"}
	if r.Status != result.Failed || r.Cause != want.Cause || r.Fix != want.Fix {
		t.Errorf("row %+v, want %+v", r, want)
	}
	if !strings.HasPrefix(r.Reason, "k8s/a.yaml:4:") || !strings.Contains(r.Reason, "too large to read: more than ") {
		t.Errorf("reason %q", r.Reason)
	}
}
