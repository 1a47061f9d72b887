package rules

// truth is the value of a condition. Maybe is a value that the files don't give.
type truth uint8

const (
	no truth = iota
	maybe
	yes
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

func (t truth) not() truth { return yes - t }

// either is yes if one of them is, else maybe if one of them is.
func either(ts ...truth) truth {
	worst := no
	for _, t := range ts {
		worst = max(worst, t)
	}
	return worst
}

// both is no if one of them is, else maybe if one of them is.
func both(ts ...truth) truth {
	least := yes
	for _, t := range ts {
		least = min(least, t)
	}
	return least
}
