package result

import "time"

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
