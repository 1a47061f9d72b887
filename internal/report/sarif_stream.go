package report

import (
	"io"
	"iter"

	"github.com/owenrumney/go-sarif/v2/sarif"
)

// sarifHead is what comes before the results of a run.
type sarifHead struct {
	tool sarif.Tool
	// category is "" for none.
	category   string
	invocation *sarif.Invocation
	versions   []*sarif.VersionControlDetails
	properties sarif.Properties
}

// writeSARIFLog writes a log of one run: its head, then the results, one at a time.
func writeSARIFLog(w io.Writer, head sarifHead, results iter.Seq[*sarif.Result]) error {
	s := newJSONStream(w, "      ")
	s.text("{\n  \"$schema\": %q,\n  \"version\": \"2.1.0\",\n  \"runs\": [\n    {\n", sarifSchema)
	s.member("tool", head.tool)
	if head.category != "" {
		s.member("automationDetails", sarif.RunAutomationDetails{ID: ref(head.category)})
	}
	s.member("columnKind", "utf16CodeUnits")
	s.member("invocations", []*sarif.Invocation{head.invocation})
	if len(head.versions) > 0 {
		s.member("versionControlProvenance", head.versions)
	}
	if len(head.properties) > 0 {
		s.member("properties", head.properties)
	}
	s.text("      \"results\": [")
	n := 0
	for res := range results {
		s.item(n, "\n        ", res)
		n++
	}
	s.text("\n      ]\n    }\n  ]\n}\n")
	return s.end()
}

// member writes a member of the run, indented.
func (s *jsonStream) member(name string, v any) {
	s.text("      %q: ", name)
	s.encode(s.members, "", v)
	s.text(",\n")
}
