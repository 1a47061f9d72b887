package ci

import (
	"bytes"
	"testing"
)

func TestMask(t *testing.T) {
	t.Parallel()
	const key = "0a1b2c3d-0000-4000-8000-0123456789ab"
	tests := map[string]struct{ host, secret, want string }{
		"github":            {"github", key, "::add-mask::" + key + "\n"},
		"another host":      {"gitlab", key, ""},
		"no host":           {"plain", key, ""},
		"empty":             {"github", "", ""},
		"a few letters":     {"github", "abc", ""},
		"more than a line":  {"github", key + "\n::error::x", ""},
		"a percent is data": {"github", "abcdefgh%0A", "::add-mask::abcdefgh%250A\n"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			Host{Name: tt.host}.Mask(&b, tt.secret)
			if b.String() != tt.want {
				t.Errorf("wrote %q, want %q", b.String(), tt.want)
			}
		})
	}
}
