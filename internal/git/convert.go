package git

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"
)

// Conversions are what git does to the contents of a list of files when it checks them out: line
// ends, $Id$ and another encoding. It is safe for concurrent use.
//
// The attributes are those of the files themselves. Filters, which run programs, are only named.
type Conversions struct {
	files      *Snapshot
	attributes *attributes
	lineEnds   func() (lineEnds, error)
}

// lineEnds are core.autocrlf and core.eol.
type lineEnds struct {
	autocrlf, eol string
}

// Conversions returns those of files, whose contents are among the objects. Nothing is read until
// the first question.
func (o *Objects) Conversions(files *Snapshot) *Conversions {
	return &Conversions{
		files:      files,
		attributes: newAttributes(func(file string) ([]byte, error) { return files.attributes(file, o) }),
		lineEnds:   sync.OnceValues(func() (lineEnds, error) { return o.repo.lineEnds(o.ctx) }),
	}
}

// attributes returns the content of a .gitattributes file, nil if there is none. Git does not
// follow links to them.
func (s *Snapshot) attributes(file string, objects *Objects) ([]byte, error) {
	b, ok := s.blobs[file]
	if !ok || b.link {
		return nil, nil
	}
	content, ok, err := objects.Read(b.id)
	if err == nil && !ok {
		err = NotFetched(file)
	}
	return content, err
}

// lineEnds reads how the machine wants the ends of lines.
func (r *Repo) lineEnds(ctx context.Context) (lineEnds, error) {
	out, err := r.query(ctx, "read core.autocrlf", "config", "-z", "--get-regexp", `^core\.(autocrlf|eol)$`)
	var ends lineEnds
	for entry := range strings.SplitSeq(out, "\x00") {
		key, value, hasValue := strings.Cut(entry, "\n")
		if value = strings.ToLower(value); !hasValue {
			value = "true"
		}
		switch key {
		case "core.autocrlf":
			ends.autocrlf = value
		case "core.eol":
			ends.eol = value
		}
	}
	return ends, err
}

// isTrue reports whether git reads the value of a setting as true.
func isTrue(value string) bool {
	return value == "true" || value == "yes" || value == "on" || value == "1"
}

// areCRLF reports whether text has CR LF where nothing else says so.
func (e lineEnds) areCRLF() bool {
	switch {
	case isTrue(e.autocrlf):
		return true
	case e.autocrlf == "input", e.eol == "lf":
		return false
	}
	return e.eol == "crlf" || runtime.GOOS == "windows"
}

// Filter returns the name of the filter that a path has, "" for none: a program that git would run,
// such as lfs and git-crypt.
func (c *Conversions) Filter(file string) (string, error) {
	of, err := c.attributes.of(file)
	if err != nil {
		return "", err
	}
	switch name := of["filter"]; name {
	case attributeSet, attributeUnset:
		return "", nil
	default:
		return name, nil
	}
}

// ErrEncoding means that a content would have to be converted to an encoding outside of
// Unicode.
var ErrEncoding = errors.New("is not supported")

// Convert returns a content as git checks it out. A filter is not run. It fails with [ErrEncoding].
func (c *Conversions) Convert(file string, content []byte) ([]byte, error) {
	of, err := c.attributes.of(file)
	if err != nil || len(content) == 0 {
		return content, err
	}
	if of["ident"] == attributeSet {
		content = expandID(content, c.files.blobs[file].id)
	}
	ends, err := c.lineEnds()
	if err != nil {
		return nil, err
	}
	if crlf, certain := ends.wantsCRLF(of); crlf && (certain || isPlainText(content)) {
		content = withCRLF(content)
	}
	switch encoding := of["working-tree-encoding"]; encoding {
	case attributeNothing, attributeSet, attributeUnset:
		return content, nil
	default:
		return encode(content, encoding)
	}
}

// Compare returns a function that reports whether a path is converted as it is among other files.
func (c *Conversions) Compare(other *Conversions) func(file string) bool {
	if c.sameAttributes(other.files) {
		return func(string) bool { return true }
	}
	return func(file string) bool {
		now, err := c.attributes.of(file)
		then, otherErr := other.attributes.of(file)
		return err == nil && otherErr == nil &&
			!slices.ContainsFunc(convertingAttributes(), func(name string) bool { return now[name] != then[name] })
	}
}

// convertingAttributes are those that decide about a conversion.
func convertingAttributes() []string {
	return []string{"text", "crlf", "eol", "ident", "filter", "working-tree-encoding"}
}

// sameAttributes reports whether both have the same .gitattributes files.
func (c *Conversions) sameAttributes(other *Snapshot) bool {
	return includes(c.files, other) && includes(other, c.files)
}

// includes reports whether a has the .gitattributes files of b.
func includes(a, b *Snapshot) bool {
	for file, blob := range b.blobs {
		if path.Base(file) == attributesFile && a.blobs[file] != blob {
			return false
		}
	}
	return true
}

// wantsCRLF reports whether the lines of a file end with CR LF. certain is false if only those of a
// text without CR do.
func (e lineEnds) wantsCRLF(of map[string]string) (crlf, certain bool) {
	text := of["text"]
	if !isTextValue(text) {
		text = of["crlf"]
	}
	eol := of["eol"]
	switch {
	case text == attributeUnset:
		return false, false
	case text == "auto":
		return eol == "crlf" || eol != "lf" && e.areCRLF(), false
	case eol == "lf", eol == "crlf":
		return eol == "crlf", true
	case text == "input":
		return false, false
	case text == attributeSet:
		return e.areCRLF(), true
	}
	return isTrue(e.autocrlf), false
}

// isTextValue reports whether the value of the attribute text says something.
func isTextValue(value string) bool {
	return value == attributeSet || value == attributeUnset || value == "input" || value == "auto"
}

// isPlainText reports whether git takes a content for text whose lines end with LF alone.
func isPlainText(content []byte) bool {
	printable, odd := 0, 0
	for _, c := range content {
		switch {
		case c == '\r' || c == 0:
			return false
		case c == '\n':
		case c == 0x7f, c < ' ' && c != '\b' && c != '\t' && c != 0x1b && c != '\f':
			odd++
		default:
			printable++
		}
	}
	if content[len(content)-1] == 0x1a {
		odd-- // the mark of the end in DOS
	}
	return printable>>7 >= odd
}

// withCRLF replaces each LF that no CR stands before.
func withCRLF(content []byte) []byte {
	out := make([]byte, 0, len(content)+bytes.Count(content, []byte{'\n'}))
	for i, c := range content {
		if c == '\n' && (i == 0 || content[i-1] != '\r') {
			out = append(out, '\r')
		}
		out = append(out, c)
	}
	return out
}

// expandID replaces $Id$, and the id in $Id: … $, by the object id. Git leaves what looks like the
// mark of another system: one with spaces in it.
func expandID(content []byte, id string) []byte {
	var out []byte
	for {
		before, rest, found := bytes.Cut(content, []byte("$Id"))
		if !found {
			return append(out, content...)
		}
		end := idEnd(rest)
		if end < 0 {
			out, content = append(append(out, before...), "$Id"...), rest
			continue
		}
		out, content = append(append(out, before...), "$Id: "+id+" $"...), rest[end:]
	}
}

// idEnd returns where a mark ends after $Id, -1 if there is none.
func idEnd(rest []byte) int {
	switch {
	case len(rest) == 0 || rest[0] != '$' && rest[0] != ':':
		return -1
	case rest[0] == '$':
		return 1
	}
	end := bytes.IndexByte(rest[1:], '$') + 1
	if end == 0 || bytes.IndexByte(rest[:end], '\n') >= 0 {
		return -1
	}
	if len(rest) > 2 && end > 2 {
		if space := bytes.IndexByte(rest[2:end], ' '); space >= 0 && space+2 < end-1 {
			return -1
		}
	}
	return end + 1
}

// encode returns a text in another encoding. Git leaves a content that is not UTF-8 as it is.
func encode(content []byte, encoding string) ([]byte, error) {
	name := strings.ReplaceAll(strings.ToLower(encoding), "-", "")
	if name == "utf8" || !utf8.Valid(content) {
		return content, nil
	}
	runes := []rune(string(content))
	var bom bool
	var wide int
	order := binary.AppendByteOrder(binary.LittleEndian)
	switch name {
	case "utf16", "utf16lebom":
		bom, wide = true, 2
	case "utf16le":
		wide = 2
	case "utf16be":
		wide, order = 2, binary.BigEndian
	case "utf16bebom":
		bom, wide, order = true, 2, binary.BigEndian
	case "utf32":
		bom, wide = true, 4
	case "utf32le":
		wide = 4
	case "utf32be":
		wide, order = 4, binary.BigEndian
	default:
		return nil, fmt.Errorf("its working-tree-encoding %q in .gitattributes %w", encoding, ErrEncoding)
	}
	if bom {
		runes = append([]rune{0xfeff}, runes...)
	}
	out := make([]byte, 0, wide*len(runes))
	if wide == 4 {
		for _, r := range runes {
			out = order.AppendUint32(out, uint32(r))
		}
		return out, nil
	}
	for _, unit := range utf16.Encode(runes) {
		out = order.AppendUint16(out, unit)
	}
	return out, nil
}
