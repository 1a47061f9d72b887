package result

import (
	"errors"
	"fmt"
	"math"
	"strconv"
)

// AddCounts adds two numbers >= 0. A sum that is too large for an int is the largest int.
func AddCounts(a, b int) int { return a + min(b, math.MaxInt-a) }

// ParseCount reads a number of findings: an integer >= 0 that every reader of result.json can hold.
func ParseCount(text string) (int, error) {
	n, err := strconv.ParseUint(text, 10, 31)
	if errors.Is(err, strconv.ErrRange) {
		return 0, fmt.Errorf("must be an integer <= %d, got %s", math.MaxInt32, text)
	}
	if err != nil {
		return 0, fmt.Errorf("must be an integer >= 0, got %s", text)
	}
	return int(n), nil
}
