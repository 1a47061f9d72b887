package discover

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"sync"

	"github.com/scangate/scangate/internal/result"
)

// contents are those of [result.Plan]. They are noted while a file is in memory, so that it is
// read once.
type contents struct {
	mu   sync.Mutex
	mark []byte
	all  map[string]result.Content
}

func (s *selection) newContents() *contents {
	return &contents{mark: []byte(s.Mark), all: map[string]result.Content{}}
}

// note adds the content of a file that is something. content may be its beginning.
func (c *contents) note(file string, size int64, content []byte, f *classified) {
	if f.empty() || int64(len(content)) != size {
		return
	}
	known := result.Content{Size: size, Marked: bytes.Contains(content, c.mark)}
	if f.helper != nil || f.row != nil && f.row.Status == result.Pending {
		sum := sha256.Sum256(content)
		known.SHA256 = hex.EncodeToString(sum[:])
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if known.SHA256 == "" {
		known.SHA256 = c.all[file].SHA256 // of a Dockerfile that is looked at as a template, too
	}
	c.all[file] = known
}
