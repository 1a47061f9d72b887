package locate

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/likely"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// match is what a reference matches.
type match struct {
	placement result.Placement
	path      string // "" if it matches no single file
	resource  int    // the number of the resource in the file at path, -1 if it matches none
	// note says why the match is not better.
	note       string
	candidates []result.Location
	// doubt says why another resource may be meant, "" if none can be.
	doubt string
}

// unplaced is the match of a reference that fits nothing.
func unplaced(note string) match {
	return match{placement: result.Unplaced, note: note, doubt: note}
}

// withDoubt adds a doubt to a match that has none.
func (at match) withDoubt(doubt string) match {
	at.doubt = cmp.Or(at.doubt, doubt)
	return at
}

// matcher matches references against the files of one submission. What it has read
// goes with it: the trees of all templates would be many times the repository.
type matcher struct {
	read   func(path string) ([]byte, error)
	alerts []result.Alert
	paths  *pathIndex
	files  map[string]*file
	words  *blockWords
	likely *likely.Guesser
	budget *tree.Budget // of what is indexed of the resources in them
	// definitions holds the files that define each name, see definitionsOf.
	definitions map[string][]definition
	// style is how the alerts name files, see namesWholePaths.
	style pathStyle
	// These hold what was computed before, for alerts that repeat it.
	found      map[string]pathMatch
	folders    map[string]map[string]bool
	candidates map[candidateKey][]result.Location
}

func newMatcher(read func(path string) ([]byte, error), sub *result.Submission) *matcher {
	return &matcher{
		read:       read,
		alerts:     sub.Alerts,
		likely:     likely.NewGuesser(),
		paths:      newPathIndex(sub.Paths),
		files:      map[string]*file{},
		words:      newBlockWords(),
		budget:     tree.NewBudget(0),
		found:      map[string]pathMatch{},
		folders:    map[string]map[string]bool{},
		candidates: map[candidateKey][]result.Location{},
	}
}

// match decides where the reference of a segment lies.
func (m *matcher) match(seg *segment, summary string) match {
	switch {
	case !seg.hasRef && !seg.hasFile:
		return m.byText(seg, summary, match{placement: result.Unplaced, note: "the details name no file and no resource"})
	case seg.file.text != "":
		return m.byFile(seg, summary)
	case seg.ref.text != "":
		return m.byResource(seg, summary)
	}
	return match{placement: result.Unplaced, note: "the service reports no file and no resource"}
}

// byFile matches a reference that names a file.
func (m *matcher) byFile(seg *segment, summary string) match {
	found := m.findPath(seg.file)
	paths := found.paths
	switch {
	case len(paths) == 0:
		paths = m.defining(seg, found.partial)
		if len(paths) != 1 {
			return m.unknownFile(seg, summary)
		}
	case len(paths) == 1:
		paths = m.rootOrOthers(seg, paths[0], found.sameBase)
	case len(paths) > 1:
		if defining := m.defining(seg, paths); len(defining) > 0 {
			paths = defining
		}
	}
	if paths = m.insideModule(seg, paths); len(paths) > 1 {
		return m.ambiguous(seg, paths, fmt.Sprintf("%q matches %d files of the submission", seg.file.display(), len(paths)))
	}
	return m.inFile(seg, summary, paths[0]).withDoubt(m.doubtOf(seg, found, paths[0]))
}

// doubtOf says why the file at path n is not certainly the one that the details name.
func (m *matcher) doubtOf(seg *segment, found pathMatch, n int) string {
	switch {
	case len(found.paths) == 0:
		return fmt.Sprintf("the submission has no file %q, and one that is called alike defines the resource", seg.file.display())
	case len(found.paths) > 1 || n != found.paths[0]:
		return fmt.Sprintf("%q matches several files of the submission", seg.file.display())
	case m.paths.alike[bareName(m.paths.paths[n])] > 1:
		return "another file of the submission is called alike"
	case found.goesOn:
		return "the details name a second file, or one whose name goes on"
	}
	return ""
}

// unknownFile is the match of a file that was not submitted.
func (m *matcher) unknownFile(seg *segment, summary string) match {
	note := fmt.Sprintf("the details name the file %q, which was not in the submission", seg.file.display())
	if seg.file.loose && !seg.complete() {
		return m.byText(seg, summary, unplaced(note))
	}
	return unplaced(note)
}

// findPath finds the paths that the name of a file matches.
func (m *matcher) findPath(v value) pathMatch {
	if v.loose {
		return m.paths.findValue(v)
	}
	key := v.text + "\x00" + v.rest
	found, known := m.found[key]
	if !known {
		found = m.paths.findValue(v)
		found.goesOn = m.paths.goesOn(v)
		m.found[key] = found
	}
	return found
}

// inFile finds the resource in the file at path n.
func (m *matcher) inFile(seg *segment, summary string, n int) match {
	at := match{placement: result.PlacedResource, path: m.paths.paths[n], resource: -1}
	f := m.file(at.path)
	onFirstLine := func(note string) match {
		at.placement, at.resource, at.note, at.doubt = result.PlacedFile, -1, note, note
		return at
	}
	if f.note != "" {
		return onFirstLine(f.note)
	}
	if seg.ref.text == "" {
		at.resource = f.names.namedIn(seg.prose + "\n" + summary)
		if at.resource < 0 || seg.hasRef {
			at = onFirstLine("the details name no resource of the file")
			at.doubt = "" // the file is all that they name
			return at
		}
		return at.withDoubt("only the text around the reference names the resource")
	}
	name := seg.ref.display()
	form, found := f.names.find(seg.ref.text, seg.ref.loose, seg.kindWord())
	resources := f.ofStatedType(f.atLine(found, seg), seg, summary)
	if len(found) > 1 || len(found) == 1 && f.names.isShared(seg.ref.text, form, found[0]) {
		at.doubt = fmt.Sprintf("%q matches several resources of the file", name)
	}
	switch len(resources) {
	case 0:
		if at.resource = f.names.module(seg.ref.text); at.resource < 0 {
			return onFirstLine(fmt.Sprintf("no resource of the file matches %q", name))
		}
		at.note = fmt.Sprintf("%s is inside this module", name)
		return at
	case 1:
		at.resource = resources[0]
		return at
	}
	at.candidates = f.locations(at.path, resources)
	return onFirstLine(fmt.Sprintf("%q matches several resources of the file: %s", name, f.list(resources)))
}

// atLine chooses, of resources that match equally well, the one at the line that
// the service gives. It returns them all if there is no such line.
func (f *file) atLine(resources []int, seg *segment) []int {
	line := seg.line
	if line == 0 {
		_, line = cutLine(seg.file.text)
	}
	at := slices.DeleteFunc(slices.Clone(resources), func(i int) bool {
		return !f.names.resources[i].Range.Contains(line)
	})
	if len(at) == 1 {
		return at
	}
	return resources
}

// ofStatedType chooses, of resources that match equally well, the one whose type the
// text states. It returns them all if the text states none of the types, or several.
func (f *file) ofStatedType(resources []int, seg *segment, summary string) []int {
	if len(resources) < 2 {
		return resources
	}
	words := wordsOf(seg.prose + "\n" + summary)
	stated := slices.DeleteFunc(slices.Clone(resources), func(i int) bool {
		return !statesType(seg, words, &f.names.resources[i])
	})
	if len(stated) == 1 {
		return stated
	}
	return resources
}

const (
	// maxListed bounds how many names a note lists.
	maxListed = 5
	// maxCandidates bounds the places of a finding that may lie in any of them.
	maxCandidates = 20
)

// locations returns where resources of the file at path stand, at most maxCandidates.
func (f *file) locations(path string, resources []int) []result.Location {
	var all []result.Location
	for _, i := range resources[:min(len(resources), maxCandidates)] {
		block := f.names.resources[i].Range
		all = append(all, result.Location{Path: path, Line: block.Start, Block: &block})
	}
	return all
}

func (f *file) list(resources []int) string {
	var parts []string
	for _, i := range resources[:min(len(resources), maxListed)] {
		r := &f.names.resources[i]
		parts = append(parts, fmt.Sprintf("%s (line %d)", r.Address, r.Range.Start))
	}
	text := strings.Join(parts, ", ")
	if more := len(resources) - maxListed; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// noFile is the doubt of a reference without a file.
const noFile = "the details name no file"

// byResource matches a reference that names a resource and no file: the one file
// that defines the resource or, of several, the one that the text names.
func (m *matcher) byResource(seg *segment, summary string) match {
	defining := m.insideModule(seg, m.defining(seg, m.paths.all()))
	switch len(defining) {
	case 0:
		note := fmt.Sprintf("the details name no file, and no file of the submission defines %q", seg.ref.display())
		if seg.ref.loose {
			return m.byText(seg, summary, unplaced(note))
		}
		return unplaced(note)
	case 1:
		return m.inFile(seg, summary, defining[0]).withDoubt(noFile)
	}
	defining = m.ofStatedType(defining, seg, summary)
	if n := m.paths.namedIn(seg.prose + "\n" + summary); slices.Contains(defining, n) {
		defining = []int{n}
	}
	if len(defining) == 1 {
		return m.inFile(seg, summary, defining[0]).withDoubt(noFile)
	}
	return m.ambiguous(seg, defining, fmt.Sprintf("the details name no file, and %d files of the submission define %q",
		len(defining), seg.ref.display()))
}

// byText matches an alert whose text names exactly one path of the submission. It
// returns other if there is no such path.
func (m *matcher) byText(seg *segment, summary string, other match) match {
	text := seg.prose + "\n" + seg.ref.text + "\n" + seg.file.text + "\n" + summary
	n := m.paths.namedIn(text)
	if n < 0 {
		return other
	}
	return m.inFile(&segment{prose: text}, summary, n).withDoubt("only running text names the file")
}

// ambiguous lists where the finding may lie.
func (m *matcher) ambiguous(seg *segment, paths []int, note string) match {
	at := match{placement: result.PlacedAmbiguous, note: note, doubt: note}
	key := candidateKey{paths: encodeNumbers(paths)}
	if len(m.defining(seg, paths)) > 0 {
		key.ref, key.kind = seg.ref.text, seg.kindWord()
	} else {
		seg = &segment{} // no resource decides the lines
	}
	if at.candidates = m.candidates[key]; at.candidates == nil {
		at.candidates = m.listCandidates(seg, paths)
		m.candidates[key] = at.candidates
	}
	return at
}

// candidateKey identifies a list of candidates. Findings share equal lists, which
// may be long.
type candidateKey struct{ paths, ref, kind string }

func encodeNumbers(numbers []int) string {
	var key []byte
	for _, n := range numbers {
		key = binary.AppendUvarint(key, uint64(n))
	}
	return string(key)
}

// listCandidates returns the line of the resource in each file, or its first line. The
// list is short, because findings of alike modules would repeat it without end.
func (m *matcher) listCandidates(seg *segment, paths []int) []result.Location {
	paths = paths[:min(len(paths), maxCandidates)]
	locations := make([]result.Location, 0, len(paths))
	for _, n := range paths {
		loc := result.Location{Path: m.paths.paths[n], Line: 1}
		names := m.file(loc.Path).names
		if _, found := names.find(seg.ref.text, seg.ref.loose, seg.kindWord()); seg.ref.text != "" && len(found) == 1 {
			block := names.resources[found[0]].Range
			loc.Line, loc.Block = block.Start, &block
		}
		locations = append(locations, loc)
	}
	return locations
}
