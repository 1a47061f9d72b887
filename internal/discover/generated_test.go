package discover_test

import (
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/discover"
)

// Files that no person wrote are not parsed: only mistakes would be found.
func TestGeneratedFiles(t *testing.T) {
	t.Parallel()
	const mistake = "  a: [\n"
	long := strings.Repeat("  # a comment\n", 5000)
	definition := "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: a\n" + mistake
	helm := "{{ if .Values.a }}\n" + definition + "{{ end }}\n"
	f := files{
		"chart/Chart.yaml":            "apiVersion: v2\nname: a\n",
		"chart/crds/long.yaml":        definition + long,
		"chart/crds/short.yaml":       definition,
		"chart/crds/two.yaml":         definition + long + "---\n" + definition,
		"chart/templates/long.yaml":   helm + long,
		"chart/templates/short.yaml":  helm,
		"chart/templates/other.yaml":  strings.ReplaceAll(helm, ".Values.a", "a") + long,
		"chart/templates/pods.yaml":   manifest("a") + "---\n" + helm + long,
		"chart/templates/whole.yaml":  strings.ReplaceAll(helm, mistake, "") + long,
		"other/templates/long.yaml":   helm + long,
		"other/templates/plain.yaml":  definition + long,
		"other/templates/engine.yaml": definition + long + "  b: {{ .Values.b }}\n",
	}
	p := plan(t, plain(t, f), discover.Options{})
	check(
		t, p, "iac:chart/crds/long.yaml", "iac:chart/crds/short.yaml failed:unparsable", "iac:chart/crds/two.yaml failed:unparsable",
		"iac:chart/templates/other.yaml failed:unparsable", "iac:chart/templates/short.yaml failed:unparsable",
		"iac:other/templates/engine.yaml failed:unparsable", "iac:other/templates/long.yaml failed:unparsable", "iac:other/templates/plain.yaml",
	)
	var notSent []string
	for _, n := range p.NotSent {
		notSent = append(notSent, n.Path+": "+n.What)
	}
	if got := strings.Join(notSent, ", "); got != "chart/Chart.yaml: Helm chart, chart/templates/pods.yaml: Helm template" {
		t.Errorf("not sent: %s", got)
	}
}
