package discover

import (
	"testing"

	"github.com/scangate/scangate/internal/result"
)

func TestRenderNeedsASystemThatConfinesPrograms(t *testing.T) {
	t.Parallel()
	const reason = `: programs can't be confined on this system; fix: run it on Linux or macOS, or leave it out`
	for _, tt := range []struct {
		helm, kustomize, supported bool
		want                       string
	}{
		{true, true, true, ""}, {false, false, false, ""},
		{true, false, false, `--render "helm"` + reason}, {false, true, false, `--render "kustomize"` + reason},
	} {
		o := Options{RenderHelm: tt.helm, RenderKustomize: tt.kustomize, Names: result.Names{Render: "--render"}}
		got := ""
		if err := checkRender(o, tt.supported); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("helm %t, kustomize %t: got %q, want %q", tt.helm, tt.kustomize, got, tt.want)
		}
	}
}
