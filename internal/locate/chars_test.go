package locate

import "testing"

func TestHasLetterOrDigit(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{"": false, "-*": false, "\x7f": false, "-a": true, "-0": true, "\x80": true, "é": true} {
		if got := hasLetterOrDigit(s); got != want {
			t.Errorf("%q: %v, want %v", s, got, want)
		}
	}
}

func TestLeadingNumber(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]int{"": 0, "x1": 0, "12x3": 12, "012": 12, "123456789": 123456789, "1234567890": 123456789} {
		if got := leadingNumber(s); got != want {
			t.Errorf("%q: %d, want %d", s, got, want)
		}
	}
}
