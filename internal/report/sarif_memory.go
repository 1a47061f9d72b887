package report

import "github.com/owenrumney/go-sarif/v2/sarif"

// sarifMemory is the memory of one result and all that it points to. A report writes its results
// one after the other, so that one memory is enough for all: each takes fifty allocations else.
type sarifMemory struct {
	result      sarif.Result
	message     string
	locations   []*locationMemory
	used        int // of locations
	fix         fixMemory
	fingerprint string
	prints      map[string]any // to the fingerprint
	rest        sarif.Properties
}

// next returns an empty result in the memory of the one before.
func (m *sarifMemory) next() *sarif.Result {
	m.result, m.used = sarif.Result{Locations: m.result.Locations[:0]}, 0
	return &m.result
}

// text sets the message of the result.
func (m *sarifMemory) text(message string) {
	m.message = message
	m.result.Message.Text = &m.message
}

// print sets the fingerprint of the result, "" for none.
func (m *sarifMemory) print(fingerprint string) {
	if fingerprint == "" {
		return
	}
	if m.prints == nil {
		m.prints = map[string]any{sarifPrint: &m.fingerprint}
	}
	m.fingerprint, m.result.PartialFingerprints = fingerprint, m.prints
}

// properties returns an empty bag.
func (m *sarifMemory) properties() sarif.Properties {
	if m.rest == nil {
		m.rest = sarif.Properties{}
	}
	clear(m.rest)
	return m.rest
}

// location returns an empty location.
func (m *sarifMemory) location() *locationMemory {
	if m.used == len(m.locations) {
		m.locations = append(m.locations, &locationMemory{})
	}
	l := m.locations[m.used]
	m.used++
	*l = locationMemory{}
	return l
}

// locationMemory is a location in a file.
type locationMemory struct {
	location sarif.Location
	physical sarif.PhysicalLocation
	artifact sarif.ArtifactLocation
	uri      string
	region   regionMemory
	context  regionMemory
	snippet  sarif.ArtifactContent
	text     string
	logical  sarif.LogicalLocation
	name     string
	kind     string
	logicals [1]*sarif.LogicalLocation
}

// at sets file and line.
func (l *locationMemory) at(uri string, line int) *locationMemory {
	l.uri, l.artifact.URI = uri, &l.uri
	l.physical = sarif.PhysicalLocation{ArtifactLocation: &l.artifact, Region: l.region.lines(line, line)}
	l.location.PhysicalLocation = &l.physical
	return l
}

// shows sets what stands on the line.
func (l *locationMemory) shows(text string) {
	l.text, l.snippet.Text = text, &l.text
	l.region.Snippet = &l.snippet
}

// names sets what stands at the place: a resource, or an image.
func (l *locationMemory) names(name, kind string) {
	l.name, l.kind = name, kind
	l.logical.FullyQualifiedName, l.logical.Kind = &l.name, &l.kind
	l.logicals[0] = &l.logical
	l.location.LogicalLocations = l.logicals[:]
}

// regionMemory is a run of lines.
type regionMemory struct {
	sarif.Region

	start, end int
}

func (r *regionMemory) lines(start, end int) *sarif.Region {
	r.start, r.end = start, end
	r.StartLine, r.EndLine = &r.start, &r.end
	return &r.Region
}

// fixMemory is a fix that replaces nothing by nothing.
type fixMemory struct {
	fix          sarif.Fix
	fixes        [1]*sarif.Fix
	message      sarif.Message
	text         string
	change       sarif.ArtifactChange
	changes      [1]*sarif.ArtifactChange
	uri          string
	replacement  sarif.Replacement
	replacements [1]*sarif.Replacement
	line, column int
}

func (x *fixMemory) describe(text, uri string, line int) []*sarif.Fix {
	*x = fixMemory{text: text, uri: uri, line: line, column: 1}
	x.message.Text = &x.text
	x.replacement.DeletedRegion = sarif.Region{StartLine: &x.line, StartColumn: &x.column, EndColumn: &x.column}
	x.replacements[0] = &x.replacement
	x.change.ArtifactLocation.URI, x.change.Replacements = &x.uri, x.replacements[:]
	x.changes[0] = &x.change
	x.fix.Description, x.fix.ArtifactChanges = &x.message, x.changes[:]
	x.fixes[0] = &x.fix
	return x.fixes[:]
}
