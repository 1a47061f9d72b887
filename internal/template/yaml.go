package template

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/scangate/scangate/internal/result"
)

// maxNodes bounds the expanded size of a YAML file: aliases of aliases make a
// few lines worth billions of nodes.
const maxNodes = 2_000_000

const tooManyAliases = "too many aliases: the document expands to more than 2000000 values"

// stream is a parsed YAML file.
type stream struct {
	docs []*Node
	// mapAsKey is set where a key is not a scalar, which {{ x }} without quotes is.
	mapAsKey bool
}

// parseYAML reads every document of a file. Documents without content are nil.
func parseYAML(content []byte) (*stream, *SyntaxError) {
	roots, serr := yamlNodes(content)
	if serr != nil {
		return nil, serr
	}
	c := &yamlConverter{lines: indexLines(content), done: map[*yaml.Node]expanded{}}
	s := &stream{}
	for i, root := range roots {
		limit := c.lines.count()
		if i+1 < len(roots) {
			limit = max(root.Line, roots[i+1].Line-1)
		}
		doc, err := c.convert(root, limit, 0)
		if err != nil {
			return nil, err
		}
		s.docs = append(s.docs, doc.node)
	}
	s.mapAsKey = c.mapAsKey
	return s, nil
}

// yamlNodes returns the root of every document. The library panics on a few
// malformed inputs ("please report"); a hostile file must not end the process.
func yamlNodes(content []byte) (roots []*yaml.Node, serr *SyntaxError) {
	defer func() {
		if r := recover(); r != nil {
			roots, serr = nil, &SyntaxError{Line: 1, Msg: fmt.Sprintf("the YAML parser gave up: %v", r)}
		}
	}()
	dec := yaml.NewDecoder(bytes.NewReader(content))
	for {
		var doc yaml.Node
		err := dec.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return roots, nil
		}
		if err != nil {
			return nil, yamlError(err)
		}
		if len(doc.Content) > 0 {
			roots = append(roots, doc.Content[0])
		}
	}
}

// yamlError reads the line out of "yaml: line 3: did not find ...": the library
// has no other form of it.
func yamlError(err error) *SyntaxError {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if rest, ok := strings.CutPrefix(msg, "line "); ok {
		if num, text, ok := strings.Cut(rest, ": "); ok {
			if n, err := strconv.Atoi(num); err == nil {
				line, msg = n, text
			}
		}
	}
	return &SyntaxError{Line: line, Msg: msg}
}

// expanded is a converted node with the size and height of its tree.
type expanded struct {
	node         *Node
	size, height int
}

// add counts a child in. A block scalar at its end may be longer than it seems.
func (x *expanded) add(child expanded) {
	x.node.Range.End = max(x.node.Range.End, child.node.Range.End)
	x.size += child.size
	x.height = max(x.height, child.height+1)
}

type yamlConverter struct {
	lines *lineIndex
	done  map[*yaml.Node]expanded // anchored nodes that are complete

	mapAsKey bool
}

// convert makes a Node of y, whose text ends at line limit at the latest.
func (c *yamlConverter) convert(y *yaml.Node, limit, depth int) (expanded, *SyntaxError) {
	if y.Kind == yaml.AliasNode {
		return c.alias(y, limit, depth)
	}
	start := c.lines.clamp(y.Line)
	x := expanded{node: &Node{Range: result.Range{Start: start, End: c.lines.end(start, limit)}}, size: 1}
	if depth > maxDepth {
		return x, &SyntaxError{Line: start, Col: y.Column, Msg: tooDeep}
	}
	var err *SyntaxError
	switch y.Kind {
	case yaml.MappingNode:
		err = c.mapping(y, &x, limit, depth)
	case yaml.SequenceNode:
		err = c.sequence(y, &x, limit, depth)
	default:
		x.node.Kind, x.node.Text = scalar(y)
		if y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 && y.Value != "" {
			x.node.Range.End = c.lines.scalarEnd(start, limit)
		}
	}
	if err == nil && x.size > maxNodes {
		err = &SyntaxError{Line: start, Col: y.Column, Msg: tooManyAliases}
	}
	if name := intrinsicName(y.Tag); name != "" {
		x = wrapTag(name, x)
	}
	if y.Anchor != "" {
		c.done[y] = x
	}
	return x, err
}

// alias shares the node of the anchor, so that memory does not grow with it.
func (c *yamlConverter) alias(y *yaml.Node, limit, depth int) (expanded, *SyntaxError) {
	x, ok := c.done[y.Alias]
	if !ok && y.Alias.Kind == yaml.ScalarNode { // the anchor stands on a key
		return c.convert(y.Alias, limit, depth)
	}
	if !ok {
		return x, &SyntaxError{Line: y.Line, Col: y.Column, Msg: "alias *" + y.Value + " stands inside its own anchor"}
	}
	if depth+x.height > maxDepth {
		return x, &SyntaxError{Line: y.Line, Col: y.Column, Msg: tooDeep}
	}
	return x, nil
}

func (c *yamlConverter) sequence(y *yaml.Node, x *expanded, limit, depth int) *SyntaxError {
	x.node.Kind = List
	for i, item := range y.Content {
		end := limit
		if i+1 < len(y.Content) {
			end = max(item.Line, c.lines.item(y.Content[i+1].Line)-1)
		}
		child, err := c.convert(item, end, depth+1)
		if err != nil {
			return err
		}
		if item.Kind == yaml.MappingNode {
			child.node.Range.Start = c.lines.item(child.node.Range.Start)
		}
		x.node.Items = append(x.node.Items, child.node)
		if x.add(child); x.size > maxNodes {
			return &SyntaxError{Line: item.Line, Col: item.Column, Msg: tooManyAliases}
		}
	}
	return nil
}

func (c *yamlConverter) mapping(y *yaml.Node, x *expanded, limit, depth int) *SyntaxError {
	x.node.Kind = Map
	var merged []expanded
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, val := y.Content[i], y.Content[i+1]
		end := limit
		if i+2 < len(y.Content) {
			end = max(key.Line, y.Content[i+2].Line-1)
		}
		child, err := c.convert(val, end, depth+1)
		if err != nil {
			return err
		}
		if key.ShortTag() == "!!merge" {
			merged = append(merged, child)
			continue
		}
		x.node.Entries = append(x.node.Entries, Entry{Key: c.key(key), Line: c.lines.clamp(key.Line), Value: child.node})
		if x.add(child); x.size > maxNodes {
			return &SyntaxError{Line: key.Line, Col: key.Column, Msg: tooManyAliases}
		}
	}
	return c.merge(y, x, merged)
}

func (c *yamlConverter) key(k *yaml.Node) string {
	if k.Kind == yaml.AliasNode {
		k = k.Alias
	}
	if k.Kind != yaml.ScalarNode {
		c.mapAsKey = true
	}
	return k.Value
}

// merge adds the entries of << maps that the map does not have itself; the
// first of several maps wins, as the YAML merge key says.
func (c *yamlConverter) merge(y *yaml.Node, x *expanded, merged []expanded) *SyntaxError {
	if len(merged) == 0 {
		return nil
	}
	have := map[string]bool{}
	for _, e := range x.node.Entries {
		have[e.Key] = true
	}
	for _, m := range merged {
		if x.add(m); x.size > maxNodes {
			return &SyntaxError{Line: y.Line, Col: y.Column, Msg: tooManyAliases}
		}
		for _, from := range append([]*Node{m.node}, m.node.Items...) {
			for _, e := range from.Entries {
				if !have[e.Key] {
					have[e.Key] = true
					x.node.Entries = append(x.node.Entries, e)
				}
			}
		}
	}
	return nil
}

// scalar gives the kind and text of a scalar by the tag that the YAML core
// schema resolves it to.
func scalar(y *yaml.Node) (NodeKind, string) {
	switch y.ShortTag() {
	case "!!null":
		return Null, ""
	case "!!bool":
		return Bool, strings.ToLower(y.Value)
	case "!!int", "!!float":
		return Number, y.Value
	}
	return String, y.Value
}

// intrinsicName gives the long form of CloudFormation's short tags, so that
// both spellings are one tree: !Ref x is {Ref: x}, !Sub x is {Fn::Sub: x}.
func intrinsicName(tag string) string {
	name, ok := strings.CutPrefix(tag, "!")
	if !ok || name == "" || name[0] == '!' {
		return ""
	}
	if name == "Ref" || name == "Condition" {
		return name
	}
	return "Fn::" + name
}

func wrapTag(name string, x expanded) expanded {
	n := &Node{Kind: Map, Range: x.node.Range}
	n.Entries = []Entry{{Key: name, Line: x.node.Range.Start, Value: x.node}}
	return expanded{node: n, size: x.size + 1, height: x.height + 1}
}
