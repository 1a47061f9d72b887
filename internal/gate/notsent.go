package gate

import "fmt"

// notSent counts what was recognized and can't be sent. Without a max it is only told.
type notSent struct {
	count int
	max   *int
}

func (n notSent) crossed() bool { return n.max != nil && n.count > *n.max }

// term is the limit's term of the verdict line, "" if there is nothing to say.
func (n notSent) term() string {
	switch {
	case n.max == nil || n.count == 0:
		return ""
	case n.crossed():
		return fmt.Sprintf("not-sent %d > %d", n.count, *n.max)
	}
	return fmt.Sprintf("not-sent %d <= %d", n.count, *n.max)
}

// part counts what was not sent in the verdict line.
func (n notSent) part() string {
	if n.count == 0 {
		return ""
	}
	return fmt.Sprintf("%d not sent", n.count)
}
