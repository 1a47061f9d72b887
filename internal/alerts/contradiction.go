package alerts

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
)

// contradiction is the fault of an answer that contradicts itself or what was asked for. The text
// is the sentence for this kind of contradiction.
func contradiction(format string, args ...any) error {
	return &result.FaultError{Fault: result.Fault{
		Cause: result.CauseProtocol, Reason: fmt.Sprintf(format, args...), Fix: reportContradiction,
	}}
}

const reportContradiction = "run again; if it stays so, report it to the vendor of the service"

// wrongPage is an answer with another page than the one that was asked for.
func wrongPage(asked, got int) error {
	return contradiction("page %d was asked for, and the answer holds page %d", asked, got)
}

// checkPaging compares what a page of Cloud Optix says about itself with what was asked for and
// with the number of its items.
func checkPaging(p optix.Paging, asked, items int) error {
	switch next := p.Page < p.TotalPages; {
	case p.Page != asked:
		return wrongPage(asked, p.Page)
	case p.Page > p.TotalPages && items > 0:
		return contradiction("page %d holds items, and the answer counts %d pages", p.Page, p.TotalPages)
	case next && !p.HasNext:
		return contradiction("the answer says that no page follows page %d of %d", p.Page, p.TotalPages)
	case !next && p.HasNext:
		return contradiction("the answer says that a page follows page %d of %d", p.Page, p.TotalPages)
	}
	return nil
}

// checkSeverity fails a list that was asked for by severity, or another field of that kind, and
// holds another. A word that is missing is not another.
func checkSeverity(field string, asked []string, got string) error {
	is := func(word string) bool { return strings.EqualFold(word, got) }
	if len(asked) == 0 || got == "" || slices.ContainsFunc(asked, is) {
		return nil
	}
	return contradiction("the list for %s %s holds an alert of another %s", field, strings.Join(asked, ", "), field)
}
