package image_test

import (
	"testing"

	"github.com/scangate/scangate/internal/image"
)

func TestPlaceholder(t *testing.T) {
	t.Parallel()
	for ref, want := range map[string]string{
		"<image>": "<image>", "{username}/app": "{username}", "$(params.x)": "$(params.x)", "x/${TAG}:1": "${TAG}", "acme/$APP": "$APP",
		"{{ .Values.image }}:1": "{{ .Values.image }}", "%IMAGE%": "%IMAGE%", "@IMAGE@": "@IMAGE@", "acme/__NAME__": "__NAME__",
		"gcr.io/PROJECT_ID/web": "PROJECT_ID", "a$": "$", " ": " ",
		"": "", "nginx": "", "Nginx": "", "a__b/c": "", "acme/web:MY_TAG": "", "a b": "", "x@sha256:1": "", "ACME/web": "",
	} {
		if got := image.Placeholder(ref); got != want {
			t.Errorf("Placeholder(%q) = %q, want %q", ref, got, want)
		}
	}
}
