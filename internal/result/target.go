package result

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"
)

// Kind says what sort of thing a target or a finding is.
type Kind string

// The kinds of targets.
const (
	KindDockerfile Kind = "dockerfile"
	KindImage      Kind = "image"
	KindIaC        Kind = "iac"
	KindAlerts     Kind = "alerts"
	// KindChecks are posture checks: searches whose hits are findings.
	KindChecks Kind = "checks"
)

// KindInfo describes a kind.
type KindInfo struct {
	Kind Kind
	// Help is one line for the documentation.
	Help string
	// Scanned kinds are sent to be scanned. The others are only asked about.
	Scanned bool
}

// Kinds returns every kind, in the order in which people read them.
func Kinds() []KindInfo {
	return []KindInfo{
		{KindDockerfile, "Dockerfiles: names with Dockerfile or Containerfile, and names without extension by their content", true},
		{KindImage, "images that files, flags and the config file name", true},
		{KindIaC, "templates, recognized by their content", true},
		{KindAlerts, "sources of open cloud alerts that the config file names", false},
		{KindChecks, "Cloud Optix searches that the config file names", false},
	}
}

// Framework names the language of an IaC template. The languages that are
// recognised, and so the values, are those of package template.
type Framework string

// Range is a run of lines, 1-based and inclusive.
type Range struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// Contains reports whether a line lies in the range.
func (r Range) Contains(line int) bool { return r.Start <= line && line <= r.End }

// Location is a place in a file of the repository.
type Location struct {
	// Path is relative to the repository root, with slashes.
	Path string `json:"path"`
	// Line is 1-based: the line to show.
	Line int `json:"line"`
	// Block is the range of the resource or instruction around Line, if known.
	Block *Range `json:"block,omitempty"`
	// Likely is a line in Block that probably holds the fault, by the words of the rule and of
	// the details; 0 if none fits. Line is certain, and this is not.
	Likely int `json:"likely,omitempty"`
	// Snippet is what stands there, or around the likely line, for a finding's first locations.
	Snippet *Snippet `json:"snippet,omitempty"`
}

// The bounds of a snippet: it is there to recognise a line, not to read the file.
const (
	// SnippetLines is how many lines a snippet has at most.
	SnippetLines = 7
	// SnippetWidth is how many characters of a line it keeps.
	SnippetWidth = 200
)

// Snippet is a few lines of a file. What looks like a secret in them is an
// ellipsis, and what is left out at a line's end too.
type Snippet struct {
	// Start is the number of the first line, from 1.
	Start int   `json:"start"`
	Lines Lines `json:"lines"`
}

// Target is one thing that a run promises to have answered.
type Target struct {
	Kind Kind `json:"kind"`
	// Name is the repository-relative path of a Dockerfile or template, the
	// normalised reference of an image, or the name of an alert source or check.
	Name string `json:"name"`
	// Framework is set for templates.
	Framework Framework `json:"framework,omitempty"`
	// Places are the lines that name an image, or the line of the config file that
	// asks for an alert source or a check; empty where a flag named it.
	Places []Location `json:"places,omitempty"`
	// FromDockerfile is set for images of FROM instructions: the service reads
	// them out of the Dockerfiles, and is asked by name only for those that its
	// answer leaves out.
	FromDockerfile bool `json:"fromDockerfile,omitempty"`
	// Named is set for images that are submitted by name: from a flag, the
	// config file, a Compose file or a manifest.
	Named bool `json:"named,omitempty"`
	// BuiltFrom is the Dockerfile from which an image of this name is built elsewhere in the
	// repository. If the service can't pull the image, it is that one.
	BuiltFrom string `json:"builtFrom,omitempty"`
	// RenderedFrom is the file from which a program renders the template: that of a Helm
	// chart, or a kustomization. The content is in [Plan.Rendered], and findings are shown
	// on the file.
	RenderedFrom string `json:"renderedFrom,omitempty"`
	// Size in bytes of the file that is uploaded; 0 for images.
	Size int64 `json:"size,omitempty"`
}

// ID is unique among the targets of a run, for example "iac:infra/main.tf".
func (t Target) ID() string { return string(t.Kind) + ":" + t.Name }

// File is the path of the file in the repository that a Dockerfile or template comes from.
func (t Target) File() string { return cmp.Or(t.RenderedFrom, t.Name) }

// Helper is a file that is uploaded beside the templates of its folder, such as
// a .tfvars file, and is not a target.
type Helper struct {
	Path string
	Size int64
	// Template marks a template that the change does not touch: it goes along with
	// the touched ones of its folder, so that the service sees what is deployed.
	Template bool
	// Untouched marks every file that a change leaves alone and that goes along.
	Untouched bool
}

// NotSent is a recognised file that is not sent to the service.
type NotSent struct {
	Path string `json:"path"`
	// What says what the file is, for example "Helm chart".
	What string `json:"what"`
	// Why says why it is not sent, for example "the service is not known to take
	// this format".
	Why string `json:"why"`
	// Image is what names an image that is not known yet, if that is why.
	Image string `json:"-"`
	// Exclude is the line that leaves it out, like that of a row.
	Exclude string `json:"exclude,omitempty"`
}

// Plan is what discovery hands to the scan. Its rows are the ledger's first
// state: pending for what is to be asked, skipped or failed for what discovery
// has decided already.
type Plan struct {
	Rows    []Row
	Helpers []Helper
	NotSent []NotSent
	// Covered is what is not sent and is a part of a chart or a project in NotSent.
	Covered []NotSent
	// Siblings are the files that decide about a file besides itself: those of the projects
	// that it belongs to, whether or not they exist. One that ends in a slash stands for all
	// files below a folder, and a slash alone for the whole tree.
	Siblings map[string][]string
	// Rendered holds the contents of the targets that have a RenderedFrom, by their names.
	Rendered map[string][]byte
	// Contents are what is known of files that were read as a whole, by their paths.
	Contents map[string]Content
	// NamedBefore lists, for images, the files that named them before the change.
	NamedBefore map[string][]string
	// Builds are those that project files declare, and Variables what they used.
	Builds    []Build
	Variables []Variable
	// Notices are about what was asked for and has no effect.
	Notices []Notice
}

// Sum is a SHA-256. It takes a third of the memory of its text.
type Sum [sha256.Size]byte

// IsZero reports whether the sum is not known.
func (s Sum) IsZero() bool { return s == Sum{} }

// String returns the sum in hexadecimal.
func (s Sum) String() string { return hex.EncodeToString(s[:]) }

// Content is what is known of the content of a file.
type Content struct {
	// Size is in bytes, and SHA256 zero if the file is not to be sent.
	Size   int64
	SHA256 Sum
	// Marked is set if it holds the word that discovery looks for.
	Marked bool
	// Modified is when the file on the disk was last changed before it was read; zero for others.
	Modified time.Time
}

// Sort sorts rows by kind (Dockerfiles, images, templates) and name, and
// everything else by path.
func (p *Plan) Sort() {
	order := map[Kind]int{KindDockerfile: 1, KindImage: 2, KindIaC: 3}
	slices.SortFunc(p.Rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(order[a.Target.Kind], order[b.Target.Kind]), cmp.Compare(a.Target.Name, b.Target.Name))
	})
	slices.SortFunc(p.Helpers, func(a, b Helper) int { return cmp.Compare(a.Path, b.Path) })
	slices.SortFunc(p.NotSent, func(a, b NotSent) int { return cmp.Compare(a.Path, b.Path) })
}
