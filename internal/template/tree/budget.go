package tree

import "fmt"

// The bounds of reading: whatever a text holds, a process that reads it stays below
// 64 MB and 8 times its size. A value takes up to 200 bytes with its key, its text and
// its share of what is made of it.
const (
	// MaxDepth is the number of levels that the readers of YAML and JSON accept. Go's
	// own, and so kubectl, accept as many. Real templates stay below 50.
	MaxDepth = 10_000
	// MaxVisits is the number of values of a document whose aliases are expanded.
	// They share memory, but whoever walks the tree visits each.
	MaxVisits = 2_000_000

	// BytesPerValue is how much text takes as much memory as a value.
	BytesPerValue = 128

	baseValues  = 200_000
	bytesPerOne = 36 // of a text, for each further value
)

// TooDeep is the message of a [SyntaxError] for a text beyond MaxDepth.
const TooDeep = "nested too deeply: more than 10000 levels"

// Budget is how many values may be made of the texts that are read together.
type Budget struct{ max, spent int }

// NewBudget returns the budget for texts of size bytes together.
func NewBudget(size int) *Budget { return &Budget{max: baseValues + size/bytesPerOne} }

// NewSteps returns a budget of n steps, for what takes time and no memory.
func NewSteps(n int) *Budget { return &Budget{max: n} }

// Spend takes n values from the budget and reports whether there were enough.
func (b *Budget) Spend(n int) bool {
	b.spent += n
	return b.spent <= b.max
}

// Left is how many values are left, at least 0.
func (b *Budget) Left() int { return max(0, b.max-b.spent) }

// Exceeded reports whether more was spent than there was.
func (b *Budget) Exceeded() bool { return b.spent > b.max }

// Err returns the error for a text that exceeds the budget at a position; col is 0
// if it is not known.
func (b *Budget) Err(line, col int) *SyntaxError {
	return tooLarge(b.max, line, col)
}

func tooLarge(values, line, col int) *SyntaxError {
	msg := fmt.Sprintf("too large to read: more than %d keys and values up to here", values)
	return &SyntaxError{Line: line, Col: col, Msg: msg, TooLarge: true}
}
