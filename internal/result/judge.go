package result

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
)

// Judge says whose policy judged a run.
type Judge struct {
	// Name is the branch or the revision whose policy it is, or "own" for that of what was judged.
	Name string `json:"name"`
	// Commit is the full hash of the commit that the policy was read from; "" for the work tree.
	Commit string `json:"commit,omitempty"`
	// Setting is what named it: --policy-from, --config, or "" for the host of the run.
	Setting string `json:"setting,omitempty"`
	// Differences is what the change changes in the policy, measured from where it began.
	Differences []PolicyDifference `json:"differences,omitempty"`
	// Approval is the hash that approves all of them; "" if there are none.
	Approval string `json:"approval,omitempty"`
	// Approved is set if the hash was given: the differences count in this run.
	Approved bool `json:"approved,omitempty"`
	// NoPolicy is set if the target has no policy: the defaults, flags and variables judge.
	NoPolicy bool `json:"noPolicy,omitempty"`
	// Waits is set if what tightens counts once it is merged, because it was measured with a
	// waiver, an exclusion or an entry of the baseline that the change adds.
	Waits bool `json:"waits,omitempty"`
	// Covers are the fingerprints of the findings that stop counting by all differences together.
	Covers []string `json:"covers,omitempty"`
}

// PolicyDifference is one thing that a change changes in the policy.
type PolicyDifference struct {
	Effect PolicyEffect `json:"effect"`
	// Key is the key of the config file.
	Key string `json:"key"`
	// Text says what is changed, for example "critical 0 → 9999".
	Text string `json:"text"`
	// Detail is the whole value. Only the hash needs it.
	Detail string `json:"-"`
	// Covers are the fingerprints of the findings that stop counting by this difference alone.
	Covers []string `json:"covers,omitempty"`
}

// ApprovalDigits is how many hexadecimal digits an approval has.
const ApprovalDigits = 16

// ApprovalOf returns the hash that approves differences: 16 hexadecimal digits of the SHA-256 over
// all of them, "" if there are none.
func ApprovalOf(all []PolicyDifference) string {
	if len(all) == 0 {
		return ""
	}
	var lines []string
	for _, d := range all {
		lines = append(lines, strconv.Quote(d.Key)+strconv.Quote(d.Text)+strconv.Quote(d.Detail))
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return hex.EncodeToString(sum[:])[:ApprovalDigits]
}

// Compare orders differences, worst first.
func (d PolicyDifference) Compare(o PolicyDifference) int {
	rank := func(e PolicyEffect) int {
		return slices.Index([]PolicyEffect{Loosens, LeavesPlan, Unordered, Tightens}, e)
	}
	return cmp.Compare(rank(d.Effect), rank(o.Effect))
}

// Is reports whether two differences are the same.
func (d PolicyDifference) Is(o *PolicyDifference) bool {
	return d.Key == o.Key && d.Text == o.Text && d.Detail == o.Detail
}

// PolicyEffect is what a difference does.
type PolicyEffect string

// The effects. What has no order, such as the value of a variable, is neither stricter nor looser.
const (
	Loosens PolicyEffect = "loosens"
	// LeavesPlan: a file is scanned no more.
	LeavesPlan PolicyEffect = "leaves-plan"
	Unordered  PolicyEffect = "unordered"
	Tightens   PolicyEffect = "tightens"
)

// Names of the policy of what is judged itself.
const (
	// Own is that of a run without a target.
	Own = "own"
	// Worktree is that of a run whose user asks for it.
	Worktree = "worktree"
)

// Unmeasured says why it is not known what a change loosens; "" if it is known.
func (j *Judge) Unmeasured() string {
	switch {
	case j == nil, j.Name == "" && j.Setting == "":
		return "it is not known whose policy judged"
	case j.Name == Worktree:
		return "the policy of the work tree was compared with no other one"
	}
	return ""
}

// Loosened counts the differences that allow more.
func (j *Judge) Loosened() int {
	if j == nil {
		return 0
	}
	n := 0
	for _, d := range j.Differences {
		if d.Effect == Loosens {
			n++
		}
	}
	return n
}

// String names the policy, for example main@1a2b3c4, or 1a2b3c4 if a hash is its name.
func (j *Judge) String() string {
	if j.Name == "" {
		return "by " + j.Setting
	}
	text := j.Name
	switch {
	case len(j.Commit) <= shortHash:
	case strings.HasPrefix(j.Commit, j.Name):
		text = j.Commit[:shortHash]
	default:
		text += "@" + j.Commit[:shortHash]
	}
	if j.Setting != "" {
		text += " by " + j.Setting
	}
	return text
}

// shortHash is how many digits of a commit's hash are shown.
const shortHash = 7
