package discover

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"sync"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
)

// contents are those of [result.Plan]. They are noted while a file is in memory, so that it is
// read once.
type contents struct {
	mu   sync.Mutex
	mark []byte
	all  map[string]result.Content
	// forms are those of the templates of charts.
	forms map[string]template.TagForms
}

func (s *selection) newContents() *contents {
	return &contents{mark: []byte(s.Mark), all: map[string]result.Content{}, forms: map[string]template.TagForms{}}
}

// note adds the content of a candidate that is f. content may be its beginning.
func (c *contents) note(of candidate, size int64, content []byte, f *classified) {
	if int64(len(content)) != size {
		return
	}
	if of.isOfChart {
		forms := template.FormsOf(content)
		c.mu.Lock()
		c.forms[of.path] = forms
		c.mu.Unlock()
	}
	if f.empty() {
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
		known.SHA256 = c.all[of.path].SHA256 // of a Dockerfile that is looked at as a template, too
	}
	c.all[of.path] = known
}
