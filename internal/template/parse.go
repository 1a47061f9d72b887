package template

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"

	"github.com/scangate/scangate/internal/result"
)

// maxSize bounds what is parsed: a recognised file above it is an error, never
// silently left out.
const maxSize = 32 << 20

// Parse reads a file and says what it is. It returns nil, nil for a file that is
// nothing of ours, even a broken one, and a *SyntaxError for one that is
// recognised and can't be parsed. It takes the repository-relative path, which
// helps to tell what the file is, and never reads the disk.
func Parse(path string, content []byte) (*File, error) {
	content = plainText(content)
	var f *File
	var serr *SyntaxError
	switch nameSyntax(path) {
	case syntaxTerraform, syntaxTerraformJSON, syntaxVars, syntaxVarsJSON:
		return parseAlone(Source{Path: path, Content: content})
	case syntaxYAML:
		f, serr = parseYAMLFile(path, content)
	case syntaxJSON:
		f, serr = parseJSONFile(path, content)
	case syntaxEither:
		f, serr = parseEither(path, content)
	case syntaxBicep:
		f = unsupported(path, result.ARM, "Bicep file")
	case syntaxTerragrunt:
		f = unsupported(path, result.Terraform, "Terragrunt configuration")
	case syntaxTofu:
		f = unsupported(path, result.Terraform, "OpenTofu file")
	}
	if serr != nil {
		serr.Path = path
		return nil, serr
	}
	return f, nil
}

// plainText removes a byte order mark and turns UTF-16, which PowerShell
// writes, into UTF-8.
func plainText(b []byte) []byte {
	if rest, ok := bytes.CutPrefix(b, []byte("\xef\xbb\xbf")); ok {
		return rest
	}
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		order = binary.LittleEndian
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		order = binary.BigEndian
	default:
		return b
	}
	units := make([]uint16, 0, len(b)/2)
	for i := 2; i+1 < len(b); i += 2 {
		units = append(units, order.Uint16(b[i:]))
	}
	return []byte(string(utf16.Decode(units)))
}

func tooLarge(content []byte) *SyntaxError {
	if len(content) <= maxSize {
		return nil
	}
	return &SyntaxError{Line: 1, Msg: "larger than 32 MiB: split the template, or exclude it"}
}

func parseEither(path string, content []byte) (*File, *SyntaxError) {
	if firstByte(content) == '{' {
		return parseJSONFile(path, content)
	}
	return parseYAMLFile(path, content)
}

func parseJSONFile(path string, content []byte) (*File, *SyntaxError) {
	c := sniffJSON(content)
	if c.none() {
		return nil, nil
	}
	if err := tooLarge(content); err != nil {
		return nil, err
	}
	doc, err := parseJSON(content, 1)
	if err != nil {
		if c.sure {
			return nil, err
		}
		return nil, nil
	}
	return fromDocuments(path, c, &stream{docs: []*Node{doc}}), nil
}

func parseYAMLFile(path string, content []byte) (*File, *SyntaxError) {
	if what := unsupportedName(path); what != "" {
		return unsupported(path, result.Kubernetes, what), nil
	}
	if bytes.HasPrefix(content, []byte("$ANSIBLE_VAULT")) {
		return nil, nil
	}
	if ComposeName(path) {
		return parseCompose(path, content)
	}
	c := sniffYAML(path, content)
	if c.none() {
		return helperVars(path, content), nil
	}
	if err := tooLarge(content); err != nil {
		return nil, err
	}
	s, err := readYAML(content)
	if err != nil {
		return brokenYAML(path, content, c, err)
	}
	if helmTemplate(path, content, c, s) {
		return unsupported(path, result.Kubernetes, "Helm template"), nil
	}
	if f := fromDocuments(path, c, s); f != nil {
		return f, nil
	}
	return helperVars(path, content), nil
}

// readYAML tries JSON first where the file looks like it: JSON indented with
// tabs is no YAML to most parsers, and yet deployed as such.
func readYAML(content []byte) (*stream, *SyntaxError) {
	if firstByte(content) == '{' {
		if doc, err := parseJSON(content, 1); err == nil {
			return &stream{docs: []*Node{doc}}, nil
		}
	}
	return parseYAML(content)
}

// fromDocuments asks each framework in turn, the more certain ones first.
func fromDocuments(path string, c clue, s *stream) *File {
	if len(s.docs) == 0 {
		return nil
	}
	var f *File
	if c.arm || c.params {
		f = fromARM(s.docs[0])
	}
	if f == nil && c.cfn {
		f = fromCloudFormation(s.docs[0])
	}
	if f == nil && c.kube {
		f = fromKubernetes(s.docs)
	}
	if f == nil && c.ansible {
		f = fromAnsible(path, s.docs[0])
	}
	if f != nil {
		f.Path = path
	}
	return f
}

// brokenYAML decides what a file that can't be parsed is.
func brokenYAML(path string, content []byte, c clue, err *SyntaxError) (*File, *SyntaxError) {
	switch {
	case !c.sure:
		return nil, nil
	case c.kube && actions(content) && inFolder(path, "templates"):
		return unsupported(path, result.Kubernetes, "Helm template"), nil
	}
	return nil, err
}

// helmTemplate tells a manifest with template actions that happens to be YAML:
// {{ x }} outside quotes is a map with a map as its key.
func helmTemplate(path string, content []byte, c clue, s *stream) bool {
	if !c.kube || !c.sure || !actions(content) || !inFolder(path, "templates") {
		return false
	}
	if s.odd {
		return true
	}
	f := fromKubernetes(s.docs)
	if f == nil {
		return false
	}
	for _, r := range f.Resources {
		if strings.Contains(r.Name, "{{") {
			return true
		}
	}
	for _, image := range f.Images {
		if strings.Contains(image.Ref, "{{") {
			return true
		}
	}
	return false
}

// helperVars tells the variable files of an Ansible tree by their place.
func helperVars(path string, content []byte) *File {
	if !ansibleVars(path) || startsList(content) || firstByte(content) == 0 {
		return nil
	}
	return &File{Path: path, Role: RoleHelper, Framework: result.Ansible}
}
