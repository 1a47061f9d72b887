package result

import "testing"

func TestParseCount(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		n   int
		err string
	}{
		"0":                    {0, ""},
		"10":                   {10, ""},
		"2147483647":           {2147483647, ""},
		"2147483648":           {0, "must be an integer <= 2147483647, got 2147483648"},
		"99999999999999999999": {0, "must be an integer <= 2147483647, got 99999999999999999999"},
		"-1":                   {0, "must be an integer >= 0, got -1"},
		"1.5":                  {0, "must be an integer >= 0, got 1.5"},
		"ten":                  {0, "must be an integer >= 0, got ten"},
		"":                     {0, "must be an integer >= 0, got "},
	} {
		n, err := ParseCount(text)
		message := ""
		if err != nil {
			message = err.Error()
		}
		if n != want.n || message != want.err {
			t.Errorf("%q: %d, %q; want %d, %q", text, n, message, want.n, want.err)
		}
	}
}
