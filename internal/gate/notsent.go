package gate

import (
	"fmt"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

// notSent is what was recognized and can't be sent. Without a max it is only told.
type notSent struct {
	all []result.NotSent
	max *int
}

func (n notSent) count() int { return len(n.all) }

func (n notSent) crossed() bool { return n.max != nil && n.count() > *n.max }

// term is the limit's term of the verdict line, "" if there is nothing to say.
func (n notSent) term() string {
	switch {
	case n.max == nil || n.count() == 0:
		return ""
	case n.crossed():
		return fmt.Sprintf("not-sent %d > %d", n.count(), *n.max)
	}
	return fmt.Sprintf("not-sent %d <= %d", n.count(), *n.max)
}

// part counts what was not sent in the verdict line. It names the first where nothing was
// scanned because of it.
func (n notSent) part(o result.Outcome) string {
	if n.count() == 0 {
		return ""
	}
	part := fmt.Sprintf("%d not sent", n.count())
	if o != result.OutcomeEmpty {
		return part
	}
	part += ": " + text.Truncate(text.OneLine(n.all[0].Path), maxName) + " (" + text.Truncate(text.OneLine(n.all[0].What), maxName) + ")"
	if n.count() > 1 {
		part += fmt.Sprintf(" and %d more", n.count()-1)
	}
	return part
}
