package template

import (
	"github.com/scangate/scangate/internal/template/tree"
	"github.com/scangate/scangate/internal/text"
)

// What a resource and an image cost beside the values in them, in values: their
// names, and what a run makes of these, such as findings.
const (
	resourceCost = 20
	imageCost    = 6
	// copiesOfName is in how many texts a name or a type occurs.
	copiesOfName = 10
)

// maxReference is the length in bytes beyond which a text is not a reference to an
// image or a resource, and shownOfReference how many characters are kept of it.
const (
	maxReference     = 1024
	shownOfReference = 100
)

// listing lists the resources and images of a file, as long as the budget lasts.
type listing struct {
	file   *File
	budget *tree.Budget
	err    *tree.SyntaxError // where the budget was exceeded
}

func newListing(budget *tree.Budget) *listing {
	return &listing{file: &File{Role: RoleTemplate}, budget: budget}
}

// room reports whether the budget allows a resource on a line whose names are made
// of parts.
func (l *listing) room(line int, parts ...string) bool {
	cost := resourceCost
	for _, part := range parts {
		cost += copiesOfName * len(part) / tree.BytesPerValue
	}
	return l.spend(line, cost)
}

func (l *listing) spend(line, cost int) bool {
	if l.err == nil && !l.budget.Spend(cost) {
		l.err = l.budget.Err(line, 0)
	}
	return l.err == nil
}

// add adds a resource, unless the values in it exceed the budget.
func (l *listing) add(r Resource) {
	if l.spend(r.Range.Start, 0) {
		l.file.Resources = append(l.file.Resources, r)
	}
}

// Reference returns the text of a reference to an image. One that is too long to be valid is
// truncated, which leaves it invalid.
func Reference(written string) string {
	if len(written) > maxReference {
		return text.Truncate(written, shownOfReference)
	}
	return written
}

// addImage truncates texts that are too long for what they are.
func (l *listing) addImage(i Image) {
	if !l.spend(i.Line, imageCost) {
		return
	}
	i.Ref = Reference(i.Ref)
	i.Container = text.Truncate(i.Container, maxReference)
	l.file.Images = append(l.file.Images, i)
}

// outcome returns the file. It fails where the budget was exceeded.
func (l *listing) outcome() (*File, *tree.SyntaxError) {
	if l.err != nil {
		return nil, l.err
	}
	return l.file, nil
}
