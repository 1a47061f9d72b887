package tree

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/scangate/scangate/internal/result"
)

const tooManyAliases = "too many aliases: the document expands to more than 2000000 values"

// Stream is a YAML file.
type Stream struct {
	Docs []*Node
	// MapAsKey is set where a key is not a scalar, which {{ x }} without quotes is.
	MapAsKey bool
}

// ReadYAML reads every document of a file that has content. CRLF line ends and
// merge keys are resolved, and aliases share the nodes of their anchors. With an error
// it returns the documents before it.
func ReadYAML(content []byte, budget *Budget) (*Stream, *SyntaxError) {
	before := *budget
	s, err := readYAML(content, budget)
	if err == nil || err.TooLarge || !isRepairable(content) {
		return s, err
	}
	again := repaired(content)
	if bytes.Equal(again, content) {
		return s, err
	}
	*budget = before
	return readYAML(again, budget)
}

func readYAML(content []byte, budget *Budget) (*Stream, *SyntaxError) {
	if err := checkYAML(content, budget); err != nil {
		return &Stream{}, err
	}
	before := *budget
	if docs, ok := plainYAML(content, budget); ok {
		return &Stream{Docs: docs}, nil
	}
	*budget = before
	return libraryYAML(content, budget)
}

// libraryYAML reads a text that is within the budget with the library.
func libraryYAML(content []byte, budget *Budget) (*Stream, *SyntaxError) {
	r := &yamlReader{anchors: map[*yaml.Node]expanded{}, budget: budget}
	s := &Stream{}
	dec := yaml.NewDecoder(bytes.NewReader(content))
	for {
		root, err := nextDocument(dec)
		switch {
		case err != nil:
			return s, err
		case root == nil:
			s.MapAsKey = r.mapAsKey
			return s, nil
		case r.lines == nil: // not for a text that is broken from its start
			r.lines = indexLines(content)
		}
		clear(r.anchors)
		doc := r.node(root, r.lines.documentEnd(root.Line), 0).node
		if r.err != nil {
			return s, r.err
		}
		if doc.Kind != Null {
			s.Docs = append(s.Docs, doc)
		}
	}
}

// nextDocument returns the root of the next document with content, nil at the end.
// The library panics on a few malformed inputs ("please report"); a hostile file
// must not end the process.
func nextDocument(dec *yaml.Decoder) (root *yaml.Node, serr *SyntaxError) {
	defer func() {
		if r := recover(); r != nil {
			root, serr = nil, &SyntaxError{Line: 1, Msg: fmt.Sprintf("the YAML parser failed: %v", r)}
		}
	}()
	for {
		var doc yaml.Node
		err := dec.Decode(&doc)
		switch {
		case errors.Is(err, io.EOF):
			return nil, nil
		case err != nil:
			return nil, yamlError(err)
		case len(doc.Content) > 0:
			return doc.Content[0], nil
		}
	}
}

// yamlError takes the line out of "yaml: line 3: did not find ...", the only form
// in which the library gives it.
func yamlError(err error) *SyntaxError {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	rest, _ := strings.CutPrefix(msg, "line ")
	num, text, _ := strings.Cut(rest, ": ")
	if line, err := strconv.Atoi(num); err == nil && rest != msg {
		return &SyntaxError{Line: line, Msg: text}
	}
	return &SyntaxError{Line: 1, Msg: msg}
}

// yamlReader turns the library's nodes, which know where they begin, into nodes
// that know where they end.
type yamlReader struct {
	lines    *lineIndex
	anchors  map[*yaml.Node]expanded // those that are complete
	budget   *Budget
	mapAsKey bool
	err      *SyntaxError
}

// expanded is a node with the size and height of its tree.
type expanded struct {
	node         *Node
	size, height int
}

// fail keeps the first error; nothing is read after it.
func (r *yamlReader) fail(at *yaml.Node, msg string) {
	r.failWith(&SyntaxError{Line: r.lines.clamp(at.Line), Col: at.Column, Msg: msg})
}

func (r *yamlReader) failWith(err *SyntaxError) {
	if r.err == nil {
		r.err = err
	}
}

// node reads a node whose text ends at line limit at the latest.
func (r *yamlReader) node(y *yaml.Node, limit, depth int) expanded {
	start := r.lines.clamp(y.Line)
	x := expanded{node: &Node{Range: result.Range{Start: start, End: r.lines.end(start, limit)}}, size: 1}
	switch {
	case r.err != nil:
		return x
	case depth > MaxDepth:
		r.fail(y, TooDeep)
		return x
	case !r.budget.Spend(1):
		r.failWith(r.budget.Err(start, y.Column))
		return x
	}
	switch y.Kind {
	case yaml.AliasNode:
		return r.alias(y, x, limit, depth)
	case yaml.MappingNode:
		r.mapping(y, &x, limit, depth)
	case yaml.SequenceNode:
		r.sequence(y, &x, limit, depth)
	default:
		x.node.Kind, x.node.Text = scalar(y)
		if y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 && y.Value != "" {
			x.node.Range.End = r.lines.scalarEnd(start, limit)
		}
	}
	if strings.HasPrefix(y.Tag, "!") && !strings.HasPrefix(y.Tag, "!!") && y.Tag != "!" {
		x.node.Tag = y.Tag
	}
	if y.Anchor != "" {
		r.anchors[y] = x
		r.budget.Spend(1)
	}
	return x
}

// alias shares the node of the anchor, so that memory does not grow with aliases.
// It returns x if it fails.
func (r *yamlReader) alias(y *yaml.Node, x expanded, limit, depth int) expanded {
	anchor, ok := r.anchors[y.Alias]
	switch {
	case !ok && y.Alias.Kind == yaml.ScalarNode: // the anchor is on a key
		return r.node(y.Alias, limit, depth)
	case !ok:
		r.fail(y, "alias *"+y.Value+" is inside its own anchor")
		return x
	case depth+anchor.height > MaxDepth:
		r.fail(y, TooDeep)
		return x
	}
	return anchor
}

// add counts in a child of x, which ends no earlier than the child.
func (r *yamlReader) add(x *expanded, child expanded, at *yaml.Node) {
	x.node.Range.End = max(x.node.Range.End, child.node.Range.End)
	x.size += child.size
	x.height = max(x.height, child.height+1)
	if x.size > MaxVisits {
		r.fail(at, tooManyAliases)
	}
}

// sequence drops the library's nodes as it goes on.
func (r *yamlReader) sequence(y *yaml.Node, x *expanded, limit, depth int) {
	x.node.Kind = List
	if len(y.Content) > 0 {
		x.node.Items = make([]*Node, 0, len(y.Content))
	}
	for i, item := range y.Content {
		end := limit
		if i+1 < len(y.Content) {
			end = max(item.Line, r.lines.item(y.Content[i+1])-1)
		}
		child := r.node(item, end, depth+1)
		if item.Kind == yaml.MappingNode {
			child.node.Range.Start = r.lines.item(item)
		}
		x.node.Items = append(x.node.Items, child.node)
		r.add(x, child, item)
		y.Content[i] = nil
	}
}

// mapping drops the library's nodes as it goes on.
func (r *yamlReader) mapping(y *yaml.Node, x *expanded, limit, depth int) {
	x.node.Kind = Map
	if len(y.Content) > 0 {
		x.node.Entries = make([]Entry, 0, len(y.Content)/2)
	}
	var merged []expanded
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value := y.Content[i], y.Content[i+1]
		end := limit
		if i+2 < len(y.Content) {
			end = max(key.Line, y.Content[i+2].Line-1)
		}
		child := r.node(value, end, depth+1)
		y.Content[i], y.Content[i+1] = nil, nil
		if key.ShortTag() == "!!merge" {
			merged = append(merged, child)
			continue
		}
		x.node.Entries = append(x.node.Entries, Entry{Key: r.key(key), Line: r.lines.clamp(key.Line), Value: child.node})
		r.add(x, child, key)
	}
	r.merge(y, x, merged)
}

func (r *yamlReader) key(k *yaml.Node) string {
	if k.Kind == yaml.AliasNode {
		k = k.Alias
	}
	if k.Kind != yaml.ScalarNode {
		r.mapAsKey = true
	}
	return textOf(k)
}

// textOf is the text of a scalar. Tools take what is in base64 for text, too.
func textOf(y *yaml.Node) string {
	if y.ShortTag() == "!!binary" {
		if text, err := base64.StdEncoding.DecodeString(y.Value); err == nil {
			return string(text)
		}
	}
	return y.Value
}

// merge adds the entries of << maps that the map does not have itself. The first
// of several maps wins, as the YAML merge key says.
func (r *yamlReader) merge(y *yaml.Node, x *expanded, merged []expanded) {
	if len(merged) == 0 {
		return
	}
	have := map[string]bool{}
	for _, e := range x.node.Entries {
		have[e.Key] = true
	}
	for _, m := range merged {
		r.add(x, m, y)
		for _, from := range append([]*Node{m.node}, m.node.Items...) {
			r.take(x.node, from, have, y)
		}
	}
}

// take adds the entries of a map to another that does not have them.
func (r *yamlReader) take(into, from *Node, have map[string]bool, at *yaml.Node) {
	for _, e := range from.Entries {
		if have[e.Key] {
			continue
		}
		if !r.budget.Spend(1) {
			r.failWith(r.budget.Err(r.lines.clamp(at.Line), at.Column))
			return
		}
		have[e.Key] = true
		into.Entries = append(into.Entries, e)
	}
}

// scalar returns the kind and text of a scalar by its tag in the YAML core schema.
func scalar(y *yaml.Node) (Kind, string) {
	switch y.ShortTag() {
	case "!!null":
		return Null, ""
	case "!!bool":
		return Bool, strings.ToLower(y.Value)
	case "!!int", "!!float":
		return Number, y.Value
	}
	return String, textOf(y)
}
