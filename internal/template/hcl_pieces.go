package template

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/scangate/scangate/internal/template/tree"
)

// The bounds of what the HCL parser gets at once: it takes up to 430 bytes for each
// token, and can't be stopped.
const (
	// pieceSize is the size of a piece in bytes, unless one block is larger.
	pieceSize = 32 << 10
	// valuesPerToken is what a token costs in values of a budget.
	valuesPerToken = 3
	// keptSize is how much text of a folder is kept parsed: 64 KB take up to 20 MB.
	keptSize = 64 << 10
)

// piece is a part of a file that can be parsed alone: attributes and blocks of the top
// level, up to the end of a line.
type piece struct {
	text  []byte
	start hcl.Pos
	body  *hclsyntax.Body // nil if it is not kept
}

// parse returns the attributes and blocks of a piece.
func (p *piece) parse(path string) (*hclsyntax.Body, *tree.SyntaxError) {
	if p.body != nil {
		return p.body, nil
	}
	f, diags := hclsyntax.ParseConfig(p.text, path, p.start)
	if diags.HasErrors() {
		return nil, hclError(diags)
	}
	body, ok := f.Body.(*hclsyntax.Body)
	if !ok {
		return nil, &tree.SyntaxError{Line: p.start.Line, Msg: "not an HCL body"}
	}
	return body, nil
}

// split cuts a file into pieces of at most size bytes, unless a block is larger, and
// checks that each can be parsed. So the parser never holds a large file at once.
func (m *module) split(path string, src []byte, size int) ([]piece, *tree.SyntaxError) {
	var pieces []piece
	at := hcl.InitialPos
	for skipBlankLines(src, &at); at.Byte < len(src); skipBlankLines(src, &at) {
		p, err := m.nextPiece(path, src[at.Byte:], at, size)
		if err != nil {
			return nil, err
		}
		body, err := p.parse(path)
		if err != nil {
			return nil, err
		}
		if m.kept += len(p.text); m.kept <= keptSize {
			p.body = body
		}
		pieces = append(pieces, p)
		at.Byte += len(p.text)
		at.Line += bytes.Count(p.text, []byte("\n"))
	}
	return pieces, nil
}

// skipBlankLines moves to the first line that is not blank.
func skipBlankLines(src []byte, at *hcl.Pos) {
	for line := range bytes.Lines(src[at.Byte:]) {
		text, ended := bytes.CutSuffix(line, []byte("\n"))
		if ended {
			text = bytes.TrimSuffix(text, []byte("\r"))
		}
		if len(bytes.Trim(text, " \t")) > 0 {
			return
		}
		at.Byte += len(line)
		at.Line++
	}
}

// nextPiece cuts a piece off a text that begins at a position. It looks at as much of
// the text as is needed to find the end of a block.
func (m *module) nextPiece(path string, text []byte, at hcl.Pos, size int) (piece, *tree.SyntaxError) {
	if len(text) <= min(size, pieceSize) {
		if joined, ok := plainHCL(text); ok && joined <= m.joined.Left() {
			m.joined.Spend(joined)
			return piece{text: text, start: at}, nil
		}
	}
	for ; ; size *= 2 {
		window := text[:min(size, len(text))]
		if most := m.values.Left() / valuesPerToken; len(window) > pieceSize && countTokens(window) > most {
			msg := fmt.Sprintf("too large to read: more than %d words and signs in the block or attribute that begins here", most)
			return piece{}, &tree.SyntaxError{Line: at.Line, Msg: msg, TooLarge: true}
		}
		tokens, _ := hclsyntax.LexConfig(window, path, at) // the parser reports the same errors
		end, err := m.endOfItems(tokens)
		switch {
		case err != nil:
			return piece{}, err
		case len(window) == len(text):
			return piece{text: text, start: at}, nil
		case end > at.Byte:
			return piece{text: text[:end-at.Byte], start: at}, nil
		}
	}
}

// countTokens returns how many words and signs a text has, which are its tokens outside
// of texts and comments, and more than those inside.
func countTokens(text []byte) int {
	n := 0
	before := byte('\n')
	for _, c := range text {
		if startsToken(before, c) {
			n++
		}
		before = c
	}
	return n
}

// startsToken reports whether a token may begin between two bytes.
func startsToken(before, c byte) bool {
	switch {
	case isDigit(c):
		return !isWordByte(before)
	case isWordByte(c):
		return !isWordByte(before) || isDigit(before)
	case c == ' ' || c == '\t':
		// a part of a text
		return before >= utf8.RuneSelf || strings.IndexByte("\"}$%\r\n", before) >= 0
	}
	return true
}

func isWordByte(c byte) bool { return isLetter(c) || isDigit(c) || c == '_' }

// endOfItems returns the byte after the last line break outside of all brackets, texts and
// comments, 0 if there is none. It fails where the tokens nest too deeply to parse.
func (m *module) endOfItems(tokens hclsyntax.Tokens) (int, *tree.SyntaxError) {
	n := nesting{joined: m.joined}
	end := 0
	for i, t := range tokens {
		if i > 0 && isCommentStart(tokens[i-1], t) {
			return end, nil // the text ends inside of it
		}
		if msg := n.step(t); msg != "" {
			return 0, &tree.SyntaxError{Line: t.Range.Start.Line, Col: t.Range.Start.Column, Msg: msg}
		}
		if len(n.open) == 0 && bytes.HasSuffix(t.Bytes, []byte("\n")) {
			end = t.Range.End.Byte
		}
	}
	return end, nil
}

// isCommentStart reports whether two tokens are the start of a comment without an end.
func isCommentStart(a, b hclsyntax.Token) bool {
	return a.Type == hclsyntax.TokenSlash && b.Type == hclsyntax.TokenStar && a.Range.End.Byte == b.Range.Start.Byte
}
