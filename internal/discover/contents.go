package discover

import (
	"bytes"
	"crypto/sha256"
	"hash"
	"slices"
	"strings"
	"sync"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
)

// contents are those of [result.Plan]. They are noted while a file is in memory, so that it is
// read once.
type contents struct {
	mu   sync.Mutex
	mark mark
	all  map[string]result.Content
	// forms are those of the templates of charts.
	forms map[string]template.TagForms
}

func (s *selection) newContents() *contents {
	return &contents{mark: newMark(s.Mark), all: map[string]result.Content{}, forms: map[string]template.TagForms{}}
}

// mark is the word that is looked for. It is found by its end from its rarest letter on: most
// searches fail, and one for a letter that every line has is slow.
type mark struct {
	word []byte // nil for none, which is everywhere
	rare int
}

func newMark(word string) mark {
	if word == "" {
		return mark{}
	}
	for _, letter := range "jqxzwkvby" {
		if at := strings.IndexRune(word, letter); at >= 0 {
			return mark{[]byte(word), at}
		}
	}
	return mark{[]byte(word), 0}
}

// isIn reports whether the word stands in a content.
func (m mark) isIn(content []byte) bool {
	end := m.word[m.rare:]
	for from := m.rare; from <= len(content); {
		at := bytes.Index(content[from:], end)
		if at < 0 {
			return false
		}
		if from += at; bytes.HasSuffix(content[:from], m.word[:m.rare]) {
			return true
		}
		from++
	}
	return false
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
	known := result.Content{Size: size, Marked: c.mark.isIn(content), Modified: of.modified}
	if f.helper != nil || f.row != nil && f.row.Status == result.Pending {
		known.SHA256 = sha256.Sum256(content)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if known.SHA256.IsZero() {
		known.SHA256 = c.all[of.path].SHA256 // of a Dockerfile that is looked at as a template, too
	}
	c.all[of.path] = known
}

// passing is a content that is not kept in memory: what is to be known of it, while it is read.
type passing struct {
	of     *contents
	hash   hash.Hash
	size   int64
	marked bool
	// tail is the end of what was written, which may be the beginning of the mark.
	tail []byte
}

func (c *contents) passing() *passing {
	return &passing{of: c, hash: sha256.New(), marked: c.mark.word == nil}
}

// Write implements io.Writer; it never fails.
func (p *passing) Write(part []byte) (int, error) {
	p.hash.Write(part)
	p.size += int64(len(part))
	if p.marked {
		return len(part), nil
	}
	reach := len(p.of.mark.word) - 1
	joined := slices.Concat(p.tail, part[:min(reach, len(part))])
	p.marked = p.of.mark.isIn(joined) || p.of.mark.isIn(part)
	if len(part) >= reach {
		joined = append(joined[:0], part[len(part)-reach:]...)
	}
	p.tail = joined[max(0, len(joined)-reach):]
	return len(part), nil
}

// note notes the content of a file that is to be sent, if all of its size was written.
func (p *passing) note(of candidate, size int64) {
	if p.size != size {
		return
	}
	known := result.Content{Size: size, SHA256: result.Sum(p.hash.Sum(nil)), Marked: p.marked, Modified: of.modified}
	p.of.mu.Lock()
	defer p.of.mu.Unlock()
	p.of.all[of.path] = known
}
