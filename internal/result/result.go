package result

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// FormatVersion is the version of result.json. It grows with every change that
// an older reader would misread.
const FormatVersion = 1

// Tool names the program that made a result.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Repository is what the scan was associated with. User info is never part of
// URL.
type Repository struct {
	URL    string `json:"url,omitempty"`
	Branch string `json:"branch,omitempty"`
	Commit string `json:"commit,omitempty"`
}

// Notice is something that a reader should know and that is no finding: a
// warning of the run.
type Notice struct {
	Text string `json:"text"`
	// Path and Line say where, if anywhere.
	Path string `json:"path,omitempty"`
	Line int    `json:"line,omitempty"`
}

// Result is the whole outcome of a run: result.json.
type Result struct {
	Format   int       `json:"format"`
	Tool     Tool      `json:"tool"`
	Started  time.Time `json:"started"`
	Finished time.Time `json:"finished"`
	// Endpoint is the service's base URL, or "embedded".
	Endpoint   string     `json:"endpoint"`
	Embedded   bool       `json:"embedded"`
	Repository Repository `json:"repository"`
	// Interrupted is the exit code of the signal that ended the run, 0 if none.
	Interrupted int           `json:"interrupted,omitempty"`
	Policy      Policy        `json:"policy"`
	Ledger      []Row         `json:"ledger"`
	Findings    []Finding     `json:"findings"`
	Unsupported []Unsupported `json:"unsupported,omitempty"`
	Notices     []Notice      `json:"notices,omitempty"`
	Verdict     Verdict       `json:"verdict"`
}

// Encode writes r as indented JSON, ending in a newline. An empty ledger or
// list of findings is written as [], because Decode takes a missing one for a
// damaged file.
func Encode(w io.Writer, r *Result) error {
	whole := *r
	whole.Ledger = append([]Row{}, r.Ledger...)
	whole.Findings = append([]Finding{}, r.Findings...)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(&whole); err != nil {
		return fmt.Errorf("encode result: %w", err)
	}
	return nil
}

// Decode reads what Encode wrote. Unknown fields, another format and anything
// after the document are errors: a verdict must not rest on a part of a file.
func Decode(rd io.Reader) (*Result, error) {
	dec := json.NewDecoder(rd)
	dec.DisallowUnknownFields()
	var r Result
	if err := dec.Decode(&r); err != nil {
		return nil, fmt.Errorf("not a result file: %w", err)
	}
	if r.Format != FormatVersion {
		return nil, fmt.Errorf("result format %d: this version reads format %d", r.Format, FormatVersion)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("not a result file: text after the end of the document")
	}
	if r.Ledger == nil || r.Findings == nil {
		return nil, errors.New("not a result file: the ledger or the findings are missing")
	}
	return &r, nil
}
