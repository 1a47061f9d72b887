package ci

import (
	"bytes"
	"testing"
)

func TestMask(t *testing.T) {
	t.Parallel()
	const key = "0a1b2c3d-0000-4000-8000-0123456789ab"
	tests := map[string]struct{ secret, want string }{
		"a key":             {key, "::add-mask::" + key + "\n"},
		"blanks around it":  {" " + key + "\n", "::add-mask::" + key + "\n"},
		"empty":             {"", ""},
		"blanks":            {" \n \r", ""},
		"a few letters":     {"abc", ""},
		"several lines":     {key + "\r\n}\n::error::x", "::add-mask::" + key + "\n::add-mask::::error::x\n"},
		"a percent is data": {"abcdefgh%0A", "::add-mask::abcdefgh%250A\n"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			onGitHub(nil).Mask(&b, tt.secret)
			if b.String() != tt.want {
				t.Errorf("wrote %q, want %q", b.String(), tt.want)
			}
		})
	}
}

// A log that can't be written must not cause a panic.
func TestMaskWithoutALog(t *testing.T) {
	t.Parallel()
	onGitHub(nil).Mask(broken{}, "0a1b2c3d-0000")
}
