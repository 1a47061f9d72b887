package result

import (
	"cmp"
	"fmt"
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
	// Commit is the full hash of the commit that was scanned, or of the one that the work tree is
	// based on.
	Commit string `json:"commit,omitempty"`
	// Index: the index was scanned, which is in no commit yet. Commit is "".
	Index bool `json:"index,omitempty"`
}

// Notice is something that a reader should know and that is not a finding: a
// warning of the run.
type Notice struct {
	Text string `json:"text"`
	// Path and Line say where, if anywhere.
	Path string `json:"path,omitempty"`
	Line int    `json:"line,omitempty"`
}

// CompareNotices orders notices about submissions by path and text, so that those of several shards
// stand as those of one run do.
func CompareNotices(a, b Notice) int {
	return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Text, b.Text))
}

// String returns [path:[line:] ]text.
func (n Notice) String() string {
	switch {
	case n.Path == "":
		return n.Text
	case n.Line <= 0:
		return n.Path + ": " + n.Text
	}
	return fmt.Sprintf("%s:%d: %s", n.Path, n.Line, n.Text)
}

// Change says that a run was narrowed to what a change touches (--new-from, --new-only).
type Change struct {
	// From is the revision as it was given, or the commit that --new-only takes from the CI host,
	// and MergeBase the full hash of the commit at which HEAD left it: what differs between that
	// commit and the work tree is touched. A criss-cross history has several; this is the first,
	// and touched is what differs from any of them.
	From      string `json:"from"`
	MergeBase string `json:"mergeBase"`
	// Touched of the Existing targets were planned. Skipped ones are in neither.
	Touched  int `json:"touched"`
	Existing int `json:"existing"`
}

// Result is the whole outcome of a run: result.json.
type Result struct {
	Format   int       `json:"format"`
	Tool     Tool      `json:"tool"`
	Started  time.Time `json:"started"`
	Finished time.Time `json:"finished"`
	// Category tells the gate from the other gates of the commit. It ends in a slash.
	Category string `json:"category,omitempty"`
	// Endpoint is the service's base URL, or "embedded".
	Endpoint   string     `json:"endpoint"`
	Embedded   bool       `json:"embedded"`
	Repository Repository `json:"repository"`
	// Tolerated are the contradictions in answers that the user accepts. Each one that
	// occurred is a notice.
	Tolerated []Contradiction `json:"tolerated,omitempty"`
	// Change is nil where everything was planned.
	Change *Change `json:"change,omitempty"`
	// Narrowed is set where --only left out a kind, or only alerts were asked for.
	Narrowed bool `json:"narrowed,omitempty"`
	// Shard is nil for a whole result.
	Shard *Shard `json:"shard,omitempty"`
	// Interrupted is the exit code of the signal that ended the run, 0 if none.
	Interrupted int `json:"interrupted,omitempty"`
	// Panic is the bug of scangate that ended the run, nil if none.
	Panic  *Fault `json:"panic,omitempty"`
	Policy Policy `json:"policy"`
	// Judge says whose policy it is; nil for one that was made by another command.
	Judge    *Judge    `json:"judge,omitempty"`
	Ledger   []Row     `json:"ledger"`
	Findings []Finding `json:"findings"`
	NotSent  []NotSent `json:"notSent,omitempty"`
	Notices  []Notice  `json:"notices,omitempty"`
	// Delta is what the run changes, nil if it was compared with nothing.
	Delta   *Delta  `json:"delta,omitempty"`
	Verdict Verdict `json:"verdict"`
	// Plan is the SHA-256, in hexadecimal, of the plan.json that a dry run would have written: it
	// names every file that was sent, with its own SHA-256. It is "" where the run ended before.
	Plan string `json:"planSHA256,omitempty"`
	// PolicySum is [Policy.SHA256] of the policy that the verdict was taken by.
	PolicySum string `json:"policySHA256,omitempty"`
	// Seal is what package seal added to the file, "" in a file without it. It stands last.
	Seal string `json:"seal,omitempty"`
}

// EndedEarly reports whether a signal or a bug ended the run: what it found may not be all, and
// nor may its rows.
func (r *Result) EndedEarly() bool { return r.Interrupted != 0 || r.Panic != nil }
