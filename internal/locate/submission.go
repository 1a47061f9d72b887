package locate

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// spot is where a finding lies.
type spot struct {
	placement  result.Placement
	path       string // "" where there is none
	resource   int    // -1 for the file's first line
	note       string
	candidates []result.Location
}

// submission matches references against the files that were uploaded together.
type submission struct {
	run    *run
	id     string
	alerts []result.Alert
	paths  *pathIndex
	// files holds what was read. It goes with the submission: together, the trees
	// of a large repository's templates are many times its size.
	files map[string]*source
	style pathStyle
	// folders holds the answers of moduleFolders.
	folders map[string]map[string]bool
	found   map[string]pathMatch
	holders map[string][]holder
	// candidates holds the lists of ambiguous findings, which may be long.
	candidates map[candidateKey][]result.Location
}

// holder is a file with a resource of some name.
type holder struct {
	text string
	path int
	rank rank
}

// locate decides where a reference lies.
func (s *submission) locate(seg *segment, summary string) spot {
	switch {
	case !seg.hasRef && !seg.hasFile:
		return s.byMention(seg, summary, "the details name no file and no resource")
	case seg.file.text != "":
		return s.byFile(seg, summary)
	case seg.ref.text != "":
		return s.byRef(seg, summary)
	}
	return unplaced("the service says that there is no file and no resource to name")
}

func unplaced(note string) spot {
	return spot{placement: result.Unplaced, resource: -1, note: note}
}

// byFile places a reference that names a file.
func (s *submission) byFile(seg *segment, summary string) spot {
	m := s.find(seg.file)
	fits := m.fits
	switch {
	case len(fits) == 0:
		fits = s.holding(seg, m.tails)
		if len(fits) != 1 {
			return s.strangeFile(seg, summary)
		}
	case len(fits) == 1 && len(m.alike) > 0:
		fits = s.rootOrOthers(seg, fits[0], m.alike)
	case len(fits) > 1:
		if held := s.holding(seg, fits); len(held) > 0 {
			fits = held
		}
	}
	if fits = s.insideModule(seg, fits); len(fits) > 1 {
		return s.ambiguous(seg, fits, fmt.Sprintf("%q fits %d files of the submission", seg.file.shown(), len(fits)))
	}
	return s.inFile(seg, summary, fits[0])
}

// strangeFile answers for a file that nobody submitted.
func (s *submission) strangeFile(seg *segment, summary string) spot {
	note := fmt.Sprintf("the details name the file %q, which was not in the submission", seg.file.shown())
	if seg.file.loose && !seg.complete() {
		return s.byMention(seg, summary, note)
	}
	return unplaced(note)
}

// find looks a file's name up, once for each that is certain.
func (s *submission) find(v value) pathMatch {
	if v.loose {
		return s.paths.findValue(v)
	}
	key := v.text + "\x00" + v.rest
	m, known := s.found[key]
	if !known {
		m = s.paths.findValue(v)
		s.found[key] = m
	}
	return m
}

// inFile finds the resource in a file that is known.
func (s *submission) inFile(seg *segment, summary string, n int) spot {
	at := spot{placement: result.PlacedResource, path: s.paths.paths[n], resource: -1}
	src := s.file(at.path)
	first := func(note string) spot {
		at.placement, at.note = result.PlacedFile, note
		return at
	}
	if src.note != "" {
		return first(src.note)
	}
	if seg.ref.text == "" {
		if at.resource = src.names.mentioned(seg.prose + "\n" + summary); at.resource < 0 || seg.hasRef {
			at.resource = -1
			return first("the details name no resource of the file")
		}
		return at
	}
	fits := src.atLine(src.names.find(seg.ref.text, seg.ref.loose, seg.kind), seg)
	switch len(fits) {
	case 0:
		if at.resource = src.names.module(seg.ref.text); at.resource < 0 {
			return first(fmt.Sprintf("no resource of the file fits %q", seg.ref.shown()))
		}
		at.note = fmt.Sprintf("%s lies inside this module", seg.ref.shown())
		return at
	case 1:
		at.resource = fits[0]
		return at
	}
	return first(fmt.Sprintf("%q fits several resources of the file: %s", seg.ref.shown(), src.list(fits)))
}

// atLine lets a line that the service gives choose among resources that fit
// equally well.
func (s *source) atLine(fits []int, seg *segment) []int {
	if len(fits) < 2 {
		return fits
	}
	line := seg.line
	if line == 0 {
		_, line = cutLine(seg.file.text)
	}
	var at []int
	for _, i := range fits {
		if r := s.names.resources[i].Range; line >= r.Start && line <= r.End {
			at = append(at, i)
		}
	}
	if len(at) == 1 {
		return at
	}
	return fits
}

// maxListed bounds how many names a note lists.
const maxListed = 5

func (s *source) list(resources []int) string {
	var parts []string
	for _, i := range resources[:min(len(resources), maxListed)] {
		r := &s.names.resources[i]
		parts = append(parts, fmt.Sprintf("%s (line %d)", r.Address, r.Range.Start))
	}
	text := strings.Join(parts, ", ")
	if more := len(resources) - maxListed; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// byRef places a reference without a file: in the one file that holds the
// resource, or, of several, in the one that the text names.
func (s *submission) byRef(seg *segment, summary string) spot {
	held := s.insideModule(seg, s.holding(seg, s.paths.all()))
	if len(held) > 1 {
		if n := s.paths.mentioned(seg.prose + "\n" + summary); slices.Contains(held, n) {
			held = []int{n}
		}
	}
	switch len(held) {
	case 0:
		note := fmt.Sprintf("the details name no file, and no file of the submission holds %q", seg.ref.shown())
		if seg.ref.loose {
			return s.byMention(seg, summary, note)
		}
		return unplaced(note)
	case 1:
		return s.inFile(seg, summary, held[0])
	}
	return s.ambiguous(seg, held, fmt.Sprintf("the details name no file, and %q is in %d files of the submission", seg.ref.shown(), len(held)))
}

// byMention places an alert whose text names exactly one submitted path; note
// says why there is nothing better.
func (s *submission) byMention(seg *segment, summary, note string) spot {
	text := seg.prose + "\n" + seg.ref.text + "\n" + seg.file.text + "\n" + summary
	n := s.paths.mentioned(text)
	if n < 0 {
		return unplaced(note)
	}
	bare := segment{prose: text}
	return s.inFile(&bare, summary, n)
}

// ambiguous lists where the finding may lie.
func (s *submission) ambiguous(seg *segment, paths []int, note string) spot {
	at := spot{placement: result.PlacedAmbiguous, resource: -1, note: note}
	if len(s.holding(seg, paths)) == 0 {
		seg = &segment{} // no file has a line for it: all such lists are the same
	}
	key := candidateKey{string(numbers(paths)), seg.ref.text, seg.kind}
	if at.candidates = s.candidates[key]; at.candidates == nil {
		at.candidates = s.list(seg, paths)
		s.candidates[key] = at.candidates
	}
	return at
}

// numbers writes a list of paths as the key of a map.
func numbers(paths []int) []byte {
	key := make([]byte, 0, 4*len(paths))
	for _, n := range paths {
		key = binary.AppendUvarint(key, uint64(n))
	}
	return key
}

// candidateKey identifies a list of candidates; findings share equal ones.
type candidateKey struct{ paths, ref, kind string }

func (s *submission) list(seg *segment, paths []int) []result.Location {
	out := make([]result.Location, 0, len(paths))
	for _, n := range paths {
		loc := result.Location{Path: s.paths.paths[n], Line: 1}
		names := s.file(loc.Path).names
		if fits := names.find(seg.ref.text, seg.ref.loose, seg.kind); seg.ref.text != "" && len(fits) == 1 {
			block := names.resources[fits[0]].Range
			loc.Line, loc.Block = block.Start, &block
		}
		out = append(out, loc)
	}
	return out
}
