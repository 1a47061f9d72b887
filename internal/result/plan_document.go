package result

import (
	"io"
)

// PlanDocument is plan.json: what a run would send, where to, and why. Nothing of it has
// been sent (--dry-run -o json=FILE).
type PlanDocument struct {
	Format int  `json:"format"`
	Tool   Tool `json:"tool"`
	// Endpoint is the service's base URL, or "embedded".
	Endpoint string `json:"endpoint"`
	Embedded bool   `json:"embedded"`
	// Repository is what the scan would be associated with, as far as it is known.
	Repository Repository `json:"repository"`
	// Committer is the name and address that would go along.
	Committer string `json:"committer,omitempty"`
	// Change is nil where everything is planned.
	Change *Change `json:"change,omitempty"`
	// Ledger has the rows that the run would begin with.
	Ledger []PlannedRow `json:"ledger"`
	// Helpers would be uploaded beside the templates of their folders.
	Helpers []PlannedHelper `json:"helpers,omitempty"`
	NotSent []NotSent       `json:"notSent,omitempty"`
	// Builds are those that project files declare. A Dockerfile without one is built plainly.
	Builds []Build `json:"builds,omitempty"`
	// Variables are those that project files used and that had a value.
	Variables []Variable `json:"variables,omitempty"`
}

// Build is one way in which a Dockerfile is built: that of a Compose service, a bake target or
// a Skaffold artifact.
type Build struct {
	// Subject is what declares it: service "web".
	Subject  string   `json:"subject"`
	Location Location `json:"location"`
	// Dockerfile is its path, "" for one that stands in the declaring file.
	Dockerfile string        `json:"dockerfile,omitempty"`
	Args       []DeclaredArg `json:"args,omitempty"`
	Target     string        `json:"target,omitempty"`
	Platforms  []string      `json:"platforms,omitempty"`
	// Contexts are the names of its additional contexts, and Names those that the image gets.
	Contexts []string `json:"contexts,omitempty"`
	Names    []string `json:"names,omitempty"`
}

// DeclaredArg is an argument of a declared build. Unknown says why it has no value.
type DeclaredArg struct {
	Name    string `json:"name"`
	Value   string `json:"value,omitempty"`
	Unknown string `json:"unknown,omitempty"`
}

// Variable is a variable of a project file. From is the flag or the file that sets it.
type Variable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	From  string `json:"from"`
}

// PlannedRow is a row before anything was asked: pending, failed or skipped.
type PlannedRow struct {
	Row
	// Why says why the target is in the plan.
	Why string `json:"why"`
	// SendTo are the addresses that would be asked about a pending target.
	SendTo []string `json:"sendTo,omitempty"`
	// Filters are the keys of an alert source or check that choose what counts, with their values.
	Filters map[string][]string `json:"filters,omitempty"`
	// SHA256 is that of the file that would be uploaded, in hexadecimal.
	SHA256 string `json:"sha256,omitempty"`
}

// PlannedHelper is a file that would be uploaded and is not a target.
type PlannedHelper struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
	Why    string `json:"why"`
}

// EncodePlan writes d as indented JSON, ending in a newline. Rows are written one at a time: they
// are nearly all of the document, and it is never held in memory.
func EncodePlan(w io.Writer, d *PlanDocument) error {
	frame, err := d.frame()
	if err != nil {
		return err
	}
	return encodeAround(w, frame, list{"ledger", len(d.Ledger), func(i int) any { return &d.Ledger[i] }})
}

// frame is the document without its rows.
func (d *PlanDocument) frame() ([]byte, error) {
	whole := *d
	whole.Ledger = []PlannedRow{}
	return indented(&whole)
}
