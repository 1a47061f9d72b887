package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// savedResult runs a scan that fails, and returns what it saved.
func savedResult(t *testing.T) map[string]any {
	t.Helper()
	dir := treeOf(t, map[string]string{"main.tf": bucketTF, "Dockerfile": "FROM nginx:1.19\n"})
	path := filepath.Join(t.TempDir(), "r.json")
	scanOf(t, dir, "embedded", nil, "-o", "json="+path).wants(t, 1, "FAIL (exit 1)")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	delete(doc, "seal") // it is changed below, and the embedded service needs no key
	delete(doc, "policySHA256")
	return doc
}

// A verdict must not rest on a result from which something is missing, or whose parts
// contradict each other.
func TestSavedResultThatContradictsItself(t *testing.T) {
	t.Parallel()
	type object = map[string]any
	first := func(doc object, list string) object { return doc[list].([]any)[0].(object) }
	changes := map[string]func(object){
		"verdict.outcome": func(doc object) { doc["findings"] = []any{} },
		"verdict.limits":  func(doc object) { doc["policy"].(object)["sources"] = []any{} },
		"policy.sources":  func(doc object) { delete(doc["policy"].(object), "sources") },
		"stamp.effect: does not follow": func(doc object) {
			source := doc["policy"].(object)["sources"].([]any)[0].(object)
			source["failOn"].(object)["severity"] = nil
		},
		"verdict.planned": func(doc object) { doc["ledger"] = doc["ledger"].([]any)[1:] },
		"ledger[3]": func(doc object) {
			doc["ledger"] = append(doc["ledger"].([]any), first(doc, "ledger"))
		},
		"ledger[0].status: unknown":  func(doc object) { first(doc, "ledger")["status"] = "done" },
		"ledger[0].evidence":         func(doc object) { first(doc, "ledger")["status"] = "failed" },
		"findings[0].count: must be": func(doc object) { first(doc, "findings")["count"] = -4 },
		"findings[0].stamp.severity": func(doc object) { first(doc, "findings")["severity"] = "info" },
		"verdict.counts.high":        func(doc object) { doc["verdict"].(object)["counts"].(object)["high"] = 0 },
		"verdict.line":               func(doc object) { doc["verdict"].(object)["line"] = "PASS (exit 0): no findings" },
		"policySHA256":               func(doc object) { doc["policySHA256"] = strings.Repeat("0", 64) },
	}
	for _, field := range []string{"format", "tool", "started", "finished", "endpoint", "embedded", "repository", "policy", "ledger", "findings", "verdict"} {
		changes[field+": missing"] = func(doc object) { delete(doc, field) }
		changes[field+": must not be null"] = func(doc object) { doc[field] = nil }
	}
	whole := savedResult(t)
	for want, change := range changes {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			text, err := json.Marshal(whole)
			if err != nil {
				t.Fatal(err)
			}
			var doc object
			if err := json.Unmarshal(text, &doc); err != nil {
				t.Fatal(err)
			}
			decideSaved(t, doc, 1, "FAIL (exit 1)")
			change(doc)
			decideSaved(t, doc, 2, want)
		})
	}
}

// decideSaved demands the exit code of scangate verdict and the end of its last line, and the
// same refusal from scangate report.
func decideSaved(t *testing.T, doc map[string]any, code int, want string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "r.json")
	text, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	runOf(t, nil, "verdict", path).wants(t, code, want)
	if code == 2 {
		runOf(t, nil, "report", path).wants(t, code, want)
	}
}
