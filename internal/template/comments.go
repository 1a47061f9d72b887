package template

import (
	"fmt"
	"path"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// maxCommented is the largest file in bytes whose comments are read: the lexer of HCL takes
// a hundred bytes for each token.
const maxCommented = 1 << 20

// Comments returns the comments of the file that begin with a word, in its language: # in YAML
// and HCL, // and /* */ in HCL and JSON. Text in a string, a heredoc or a block scalar does not
// count. content is what the file was parsed from. The error is a [*tree.SyntaxError].
func (f *File) Comments(content []byte, word string) ([]result.Comment, error) {
	content = plainText(content)
	if len(content) > maxCommented {
		return nil, &tree.SyntaxError{Path: f.Path, Line: 1, Msg: fmt.Sprintf("a file with comments that begin with %s must not be larger than 1 MiB", word)}
	}
	comments, err := f.comments(content, word)
	if err != nil {
		err.Path = f.Path
		return nil, err
	}
	return comments, nil
}

func (f *File) comments(content []byte, word string) ([]result.Comment, *tree.SyntaxError) {
	if f.isHCL() {
		return hclComments(content, word), nil
	}
	in := single(RawFile{Path: f.Path, Content: content})
	if in.looksLikeJSON() {
		comments, err := tree.JSONComments(string(content), word, in.folder.budget)
		if err == nil {
			return comments, nil
		}
	}
	return tree.YAMLComments(content, word, in.folder.budget)
}

// isHCL reports whether the file is in HCL's native syntax.
func (f *File) isHCL() bool {
	return f.Language.Framework == Terraform && path.Ext(nameOf(f.Path)) != ".json"
}

func hclComments(content []byte, word string) []result.Comment {
	tokens, _ := hclsyntax.LexConfig(content, "", hcl.InitialPos) // the file is valid
	var all []result.Comment
	for _, t := range tokens {
		if t.Type != hclsyntax.TokenComment {
			continue
		}
		if text := hclCommentText(string(t.Bytes)); strings.HasPrefix(text, word) {
			before := content[:t.Range.Start.Byte]
			before = before[strings.LastIndexByte(string(before), '\n')+1:]
			all = append(all, result.Comment{
				Line: t.Range.Start.Line, Column: len(before) + 1, Alone: strings.TrimSpace(string(before)) == "", Text: text,
			})
		}
	}
	return all
}

// hclCommentText returns the text of a comment without # or //, or /* and */.
func hclCommentText(raw string) string {
	if rest, ok := strings.CutPrefix(raw, "/*"); ok {
		return strings.TrimSpace(strings.TrimSuffix(rest, "*/"))
	}
	if rest, ok := strings.CutPrefix(raw, "#"); ok {
		return strings.TrimSpace(rest)
	}
	return strings.TrimSpace(strings.TrimPrefix(raw, "//"))
}

// Block is a part of a file that a finding can lie in.
type Block struct {
	result.Range

	// Name is the address of the resource, or the name of the service.
	Name string
}

// Blocks returns the resources, and the services of Compose files.
func (f *File) Blocks() []Block {
	var all []Block
	for _, r := range f.Resources {
		all = append(all, Block{r.Range, r.Address})
	}
	for _, doc := range f.Compose {
		for _, service := range doc.Get("services").Pairs() {
			all = append(all, Block{service.Range(), service.Key})
		}
	}
	return all
}
