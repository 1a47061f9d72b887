package rules

// truth is the value of a condition. "a or b" is max(a, b), and "a and b" is
// min(a, b).
type truth uint8

const (
	no    truth = iota
	maybe       // the files don't say
	yes
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

func (t truth) not() truth { return yes - t }
