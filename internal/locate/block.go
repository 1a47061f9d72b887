package locate

import (
	"crypto/sha256"
	"strings"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

const (
	// maxBlockWords bounds the words with digits of one block, and maxBlockValues the
	// values that are visited for them: trees share nodes. In a block with more, all
	// words stay.
	maxBlockWords  = 50_000
	maxBlockValues = 200_000
	// bytesPerStep is how much text takes the time of a value.
	bytesPerStep = 64
	// maxKeptWords bounds the words that are kept of all blocks of a submission, and
	// wordsPerBlock is how many take as much memory as a block.
	maxKeptWords  = 20_000
	wordsPerBlock = 10
)

// block is the text of a resource in its file.
type block struct {
	words *blockWords
	file  *file
	// resource is the number of the resource in the file.
	resource int
}

// block returns the block of a match, nil if it has none.
func (m *matcher) block(at match) *block {
	if at.path == "" || at.resource < 0 {
		return nil
	}
	return &block{words: m.words, file: m.file(at.path), resource: at.resource}
}

// hash identifies the text: no line number, no blank at the end of a line and no kind of
// line break is part of it. It is "" without a block.
func (b *block) hash() string {
	if b == nil {
		return ""
	}
	r := b.file.names.resources[b.resource].Range
	if b.file.hashes[r] == "" {
		b.file.hashes[r] = hashLines(b.file.lines, r)
	}
	return b.file.hashes[r]
}

func hashLines(l lineIndex, r result.Range) string {
	h := sha256.New()
	for _, line := range l.in(r) {
		h.Write([]byte(strings.TrimRight(line, " \t\r")))
		h.Write([]byte{'\n'})
	}
	return hash(h.Sum(nil)[:len(hash{})]).String()
}

// has reports whether a lower-case word with digits stands in the text, or in a value that
// a variable of its folder has there. No word stands in no block.
func (b *block) has(word string) bool {
	if b == nil {
		return false
	}
	res := &b.file.names.resources[b.resource]
	return b.words.of(wordsKey{b.file, res.Range, -1}, func(s *wordSet) {
		for _, line := range b.file.lines.in(res.Range) {
			s.addText(line)
		}
	}).has(word) || b.words.of(wordsKey{b.file, res.Range, b.resource}, func(s *wordSet) { s.addValues(res.Body) }).has(word)
}

// blockWords keeps the words of blocks, because many findings may have the same. What it
// returns does not depend on what it keeps.
type blockWords struct {
	sets map[wordsKey]*wordSet
	kept int
	// large is the last set that would displace most others: in a minified file, all resources
	// are in one line.
	large    *wordSet
	largeKey wordsKey
}

// wordsKey names the lines of a file or, with the number of a resource, its values: in a
// minified file, all resources have the same line.
type wordsKey struct {
	file     *file
	lines    result.Range
	resource int
}

func newBlockWords() *blockWords { return &blockWords{sets: map[wordsKey]*wordSet{}} }

// of returns the words of a key. Those that are not kept are collected by fill.
func (b *blockWords) of(key wordsKey, fill func(*wordSet)) *wordSet {
	if b.large != nil && b.largeKey == key {
		return b.large
	}
	if s := b.sets[key]; s != nil {
		return s
	}
	s := newWordSet()
	fill(s)
	size := wordsPerBlock + len(s.words)
	if s.full || size > maxKeptWords/4 {
		b.large, b.largeKey = s, key
		return s
	}
	if b.kept += size; b.kept > maxKeptWords {
		b.sets, b.kept = map[wordsKey]*wordSet{}, size // a map that is cleared keeps its room
	}
	b.sets[key] = s
	return s
}

// wordSet holds the lower-case words with digits of a text.
type wordSet struct {
	words  map[string]bool
	values *tree.Budget
	full   bool
}

func newWordSet() *wordSet {
	return &wordSet{words: map[string]bool{}, values: tree.NewSteps(maxBlockValues)}
}

// has is true for every word if there were too many.
func (s *wordSet) has(word string) bool { return s.full || s.words[word] }

func (s *wordSet) addText(text string) {
	for t := range tokens(text) {
		if t.kind == tokenOther || t.kind == tokenAddress || !strings.ContainsAny(t.text, digits) {
			continue
		}
		s.add(t.text)
		if t.kind == tokenWord && isRange(t.text) {
			for part := range strings.SplitSeq(t.text, "-") {
				s.add(part)
			}
		}
	}
}

func (s *wordSet) add(word string) {
	word = strings.ToLower(word)
	switch {
	case s.full || s.words[word]:
	case len(s.words) == maxBlockWords:
		s.words, s.full = nil, true
	default:
		s.words[strings.Clone(word)] = true // the line would stay in memory with it
	}
}

// addValues adds the words of a value, its keys included.
func (s *wordSet) addValues(n *tree.Node) {
	if n == nil || s.full {
		return
	}
	s.addValue(n.Text)
	for _, item := range n.Items {
		s.addValues(item)
	}
	for _, e := range n.Entries {
		s.addValue(e.Key)
		s.addValues(e.Value)
	}
}

func (s *wordSet) addValue(text string) {
	if s.full = s.full || !s.values.Spend(1+len(text)/bytesPerStep); !s.full {
		s.addText(text)
	}
}
