// Package allow bounds the images that a run has the service scan, as for a change from a fork.
//
// It reads what is about to be sent, and not how the plan came to it: an image that another rule
// leaves out is still a name in a file that the service gets.
package allow

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"

	"github.com/scangate/scangate/internal/image"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
	"github.com/scangate/scangate/internal/template"
	"github.com/scangate/scangate/internal/text"
)

// List holds the patterns of the images that may be scanned.
type List struct {
	// flag is what the user calls the list.
	flag     string
	texts    []string
	patterns []image.Pattern
	used     []bool
}

// NewList reads patterns; see [image.ParseAllowed]. flag names the setting in messages. Invalid
// patterns allow nothing.
func NewList(flag string, texts []string) *List {
	l := &List{flag: flag, texts: texts, used: make([]bool, len(texts))}
	for _, pattern := range texts {
		p, _ := image.ParseAllowed(pattern)
		l.patterns = append(l.patterns, p)
	}
	return l
}

// Bound fails the rows of the plan that would have the service scan an image outside of the list:
// images, and files that name one or whose images can't be known. Files that go along with others
// become failed rows. files are those that are sent.
func (l *List) Bound(ctx context.Context, plan *result.Plan, files fs.FS) error {
	rows, helpers := plan.Rows, plan.Helpers
	found := make([][]mention, len(rows)+len(helpers))
	r := reader{files: files}
	err := safe.Each(ctx, len(found), func(i int) {
		if i < len(rows) {
			found[i] = r.row(&rows[i])
			return
		}
		h := helpers[i-len(rows)]
		found[i] = r.file(h.Path, h.Size, roleOf(h))
	})
	if err != nil {
		return err // calls may still be writing
	}
	for i := range rows {
		if fault := l.judge(found[i]); fault != nil {
			rows[i].Status, rows[i].Fault = result.Failed, *fault
		}
	}
	plan.Helpers = nil
	for i, h := range helpers {
		fault := l.judge(found[len(rows)+i])
		if fault == nil {
			plan.Helpers = append(plan.Helpers, h)
			continue
		}
		t := result.Target{Kind: result.KindIaC, Name: h.Path, Size: h.Size}
		plan.Rows = append(plan.Rows, result.Row{Target: t, Status: result.Failed, Fault: *fault})
	}
	plan.Sort()
	return nil
}

// Unused returns a notice for each pattern that allowed none of the images so far: a typing error
// in one would be silent.
func (l *List) Unused() []result.Notice {
	var notices []result.Notice
	for i, used := range l.used {
		if !used {
			notices = append(notices, result.Notice{Text: fmt.Sprintf("%s %q matches no image; fix: %s", l.flag, l.texts[i], hint(l.texts[i]))})
		}
	}
	return notices
}

// hint is the likely fix of a pattern that matches nothing.
func hint(pattern string) string {
	if strings.Contains(pattern, ",") && !strings.Contains(pattern, "{") {
		return "a comma does not separate patterns: give each one by itself"
	}
	return "HOST stands for all images of a registry, and HOST/PATH/** for all below a path"
}

// maxShown is how many characters of a mention a message shows.
const maxShown = 200

// judge returns why what names these images must not be sent, nil if it may be.
func (l *List) judge(mentions []mention) *result.Fault {
	var outside []mention
	for _, m := range mentions {
		if m.isUnknown || !l.allows(m.text) {
			outside = append(outside, m)
		}
	}
	if len(outside) == 0 {
		return nil
	}
	first := outside[0]
	name := text.Truncate(first.text, maxShown)
	what := fmt.Sprintf("the image %q is outside of %s", name, l.flag)
	switch {
	case first.path == "":
		what = fmt.Sprintf("%s is outside of %s", name, l.flag)
	case first.isUnknown:
		what = fmt.Sprintf("%s can't be known, which counts as outside of %s", name, l.flag)
	}
	if more := lines(outside) - 1; more > 0 {
		what += fmt.Sprintf(", and %d more", more)
	}
	return &result.Fault{
		Cause:  result.CauseNotAllowed,
		Reason: first.at() + "needs a maintainer: " + what,
		Fix:    "have a maintainer review the change, and run it without " + l.flag + ", or with " + l.flag + " for the image",
	}
}

// lines counts the lines that name images.
func lines(mentions []mention) int {
	seen := map[int]bool{}
	for _, m := range mentions {
		seen[m.line] = true
	}
	return len(seen)
}

// allows reports whether a pattern selects a reference. What is not a reference is outside.
func (l *List) allows(name string) bool {
	ref, err := image.Parse(name)
	if err != nil {
		return false
	}
	allowed := false
	for i, p := range l.patterns {
		if p.Matches(ref.String()) {
			l.used[i], allowed = true, true
		}
	}
	return allowed
}

// mention is a text in what is sent that names an image.
type mention struct {
	// path is empty for a row that is an image.
	path string
	line int
	// text is the reference or, if isUnknown is set, what is not known.
	text      string
	isUnknown bool
}

// at is the place of a mention before a message, "" for a row that is an image.
func (m mention) at() string {
	switch {
	case m.path == "":
		return ""
	case m.line == 0:
		return m.path + ": "
	}
	return fmt.Sprintf("%s:%d: ", m.path, m.line)
}

// role is what a file is to the service.
type role uint8

const (
	aDockerfile role = iota
	aTemplate
	// values are variables of templates: any of them may become an image.
	values
)

func roleOf(h result.Helper) role {
	if h.Template {
		return aTemplate
	}
	return values
}

// reader reads what is about to be sent.
type reader struct {
	files fs.FS
	// large is held while a large file is in memory.
	large sync.Mutex
}

// maxSmall is the size in bytes up to which files are read side by side.
const maxSmall = 1 << 20

// row returns the images that a pending row would have scanned.
func (r *reader) row(row *result.Row) []mention {
	t := &row.Target
	switch {
	case row.Status != result.Pending:
		return nil
	case t.Kind == result.KindImage:
		return []mention{{text: t.Name}}
	case t.Kind == result.KindDockerfile:
		return r.file(t.Name, t.Size, aDockerfile)
	}
	return r.file(t.Name, t.Size, aTemplate)
}

// file returns the images that a file names.
func (r *reader) file(path string, size int64, is role) []mention {
	if size > maxSmall {
		r.large.Lock()
		defer r.large.Unlock()
	}
	f, err := r.files.Open(path)
	if err != nil {
		return []mention{unreadable(path)}
	}
	defer f.Close() //nolint:errcheck // it was only read
	content, err := io.ReadAll(io.LimitReader(f, template.MaxSize+1))
	switch {
	case err != nil:
		return []mention{unreadable(path)}
	case len(content) > template.MaxSize || !isPlainText(content):
		return []mention{{path: path, text: "which images a large or binary file names", isUnknown: true}}
	}
	found := named{path: path}
	switch is {
	case aDockerfile:
		found.readDockerfile(content, 0)
	case aTemplate:
		found.readTemplate(content)
	case values:
		found.readValues(content)
	}
	found.readText(content)
	return found.sorted()
}

func unreadable(path string) mention {
	return mention{path: path, text: "which images an unreadable file names", isUnknown: true}
}
