package run

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/config"
)

// An editor may save the file of a key with a byte order mark, which is invisible.
func TestKeyFileWithAByteOrderMark(t *testing.T) {
	t.Parallel()
	const key = "0123456789abcdef0123"
	for content, want := range map[string]string{
		"\uFEFF" + key: "is UTF-8 with a mark; fix: save it as UTF-8 without",
		"\xFF\xFE" + strings.Join(strings.Split(key, ""), "\x00"): "the API key begins with a byte order mark: the file \"",
		"\xFE\xFF\x00" + key: "is UTF-16; fix: save it as",
		key + "\u00A0x":      "not printable ASCII",
	} {
		file := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := apiKey(System{}, &config.Config{APIKeyFile: file}); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), key[:8]) {
			t.Errorf("%q: %v, want %q", content, err, want)
		}
	}
}
