package house

import (
	"go/ast"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// sentence is the text of an error in the code.
type sentence struct {
	fault
	// words are the texts around what fmt replaces.
	words []string
}

// verb matches what fmt replaces.
var verb = regexp.MustCompile(`%(?:\[\d+\])?[-+#0 ]*\d*(?:\.\d+)?[a-zA-Z]`)

// fewestLetters is how many letters a sentence has at least: %s: %w says nothing of its own.
const fewestLetters = 8

// noErrors are the functions whose format is for what is not an error.
var noErrors = []string{"ask", "ok", "say", "text"}

// formatters returns the functions of each folder that take a format, and the index of that
// argument. A name stands for a function and for a method.
func formatters(sources []source) map[string]map[string]int {
	all := map[string]map[string]int{}
	for _, s := range sources {
		names := all[s.folder()]
		if names == nil {
			names = map[string]int{}
			all[s.folder()] = names
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if fn, ok := n.(*ast.FuncDecl); ok {
				if i := formatIndex(fn.Type); i >= 0 && !slices.Contains(noErrors, fn.Name.Name) {
					names[fn.Name.Name] = i
				}
			}
			return true
		})
	}
	return all
}

// formatIndex returns the index of the parameter that is a format, before variadic values, or -1.
func formatIndex(fn *ast.FuncType) int {
	i, last := 0, ""
	for _, field := range fn.Params.List {
		if _, ok := field.Type.(*ast.Ellipsis); ok && last == "format" {
			return i - 1
		}
		for _, name := range field.Names {
			i, last = i+1, name.Name
		}
	}
	return -1
}

// sentencesOf returns the sentences of a file: what it gives fmt.Errorf, errors.New and the
// functions with a format, the reasons and fixes of faults, and each text that names a fix.
func sentencesOf(s source, formats map[string]int) []sentence {
	var found []sentence
	add := func(e ast.Expr) {
		for _, text := range texts(e) {
			if words := wordsOf(text.text); words != nil {
				found = append(found, sentence{s.fault(text.pos, text.text), words})
			}
		}
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if i := formatArgument(n, formats); i >= 0 && i < len(n.Args) {
				add(n.Args[i])
			}
		case *ast.KeyValueExpr:
			if key, ok := n.Key.(*ast.Ident); ok && (key.Name == "Reason" || key.Name == "Fix") {
				add(n.Value)
			}
		case *ast.BasicLit:
			if strings.Contains(n.Value, "fix: ") {
				add(n)
			}
		}
		return true
	})
	slices.SortStableFunc(found, func(a, b sentence) int { return a.line - b.line })
	return slices.CompactFunc(found, func(later, whole sentence) bool { return strings.Contains(whole.text, later.text) })
}

// formatArgument returns the index of the text of an error in a call, or -1.
func formatArgument(call *ast.CallExpr, formats map[string]int) int {
	var name string
	switch fn := call.Fun.(type) {
	case *ast.Ident:
		name = fn.Name
	case *ast.SelectorExpr:
		if x, ok := fn.X.(*ast.Ident); ok && (x.Name == "fmt" && fn.Sel.Name == "Errorf" || x.Name == "errors" && fn.Sel.Name == "New") {
			return 0
		}
		name = fn.Sel.Name
	}
	if i, ok := formats[name]; ok {
		return i
	}
	return -1
}

type text struct {
	pos  token.Pos
	text string
}

// texts returns the texts of an expression; those that are added are one, with a verb for what is
// no literal.
func texts(e ast.Expr) []text {
	switch e := e.(type) {
	case *ast.BasicLit:
		if s, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			return []text{{e.Pos(), s}}
		}
	case *ast.BinaryExpr:
		left, right := texts(e.X), texts(e.Y)
		joined := ""
		for _, side := range [][]text{left, right} {
			if len(side) == 0 {
				joined += "%s"
			}
			for _, t := range side {
				joined += t.text
			}
		}
		if len(left)+len(right) > 0 {
			return []text{{e.Pos(), joined}}
		}
	case *ast.ParenExpr:
		return texts(e.X)
	case *ast.CallExpr:
		var all []text
		for _, arg := range e.Args {
			all = append(all, texts(arg)...)
		}
		return all
	}
	return nil
}

// wordsOf returns the texts between the verbs, or nil if they say too little.
func wordsOf(format string) []string {
	letters := 0
	var words []string
	for _, part := range verb.Split(strings.ReplaceAll(format, "%%", "%"), -1) {
		for line := range strings.SplitSeq(part, "\n") {
			if line = strings.TrimSpace(line); line != "" {
				words = append(words, line)
			}
		}
		letters += strings.Count(strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) {
				return 'x'
			}
			return -1
		}, part), "x")
	}
	if letters < fewestLetters {
		return nil
	}
	return words
}

// isIn reports whether a line holds the words in their order.
func (s sentence) isIn(line string) bool {
	for _, word := range s.words {
		_, rest, ok := strings.Cut(line, word)
		if !ok {
			return false
		}
		line = rest
	}
	return true
}

// tested returns what the tests say: the lines of their data, and the texts in their code.
func tested(t *testing.T, root string) []string {
	t.Helper()
	var lines []string
	for _, s := range loadTests(t, root) {
		ast.Inspect(s.file, func(n ast.Node) bool {
			if e, ok := n.(ast.Expr); ok {
				for _, text := range texts(e) {
					lines = append(lines, strings.Split(text.text, "\n")...)
				}
				_, isBasic := n.(*ast.BasicLit)
				sum, isBinary := n.(*ast.BinaryExpr)
				return !isBasic && !(isBinary && sum.Op == token.ADD)
			}
			return true
		})
	}
	err := filepath.WalkDir(filepath.Join(root, "internal"), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.Contains(filepath.ToSlash(name), "/testdata/") {
			return err
		}
		content, err := os.ReadFile(name)
		text := unescapedPattern(string(content))
		lines = append(lines, strings.Split(text, "\n")...)
		for paragraph := range strings.SplitSeq(text, "\n\n") { // reports wrap
			lines = append(lines, strings.Join(strings.Fields(paragraph), " "))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// unescapedPattern removes the backslashes of patterns, and the doubled quotes of scripts.
func unescapedPattern(text string) string {
	return strings.NewReplacer(`\`, "", "''", "'", "can.t", "can't").Replace(text)
}

// Each error that the product can print stands in a test, which fails if its sentence changes.
func TestErrorsAreTested(t *testing.T) {
	t.Parallel()
	lines := tested(t, root)
	sources := load(t, root)
	formats := formatters(sources)
	missing := map[string][]sentence{}
	for _, s := range sources {
		for _, one := range sentencesOf(s, formats[s.folder()]) {
			if !slices.ContainsFunc(lines, one.isIn) {
				missing[s.owner()] = append(missing[s.owner()], one)
			}
		}
	}
	for owner, list := range missing {
		if owner == "emulator" || owner == "campaign" {
			continue // they imitate others
		}
		for _, one := range list {
			t.Errorf("%s:%d: no test has the error %q", one.path, one.line, one.text)
		}
		t.Errorf("%s: %d errors without a test; fix: show them in internal/cli/testdata/errors, or test their sentences", owner, len(list))
	}
}

func TestSentences(t *testing.T) {
	t.Parallel()
	s, err := parse("internal/x/x.go", `package x
func refuse(n int, format string, args ...any) error { return nil }
func f(err error) {
	fmt.Errorf("%s: %w", "x", err)
	fmt.Errorf("%q is wrong; "+"fix: write %s", "x", "y")
	refuse(1, "no such thing as %d", 3)
	_ = fault{Reason: "it is " + name() + " and broken"}
}`)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, one := range sentencesOf(s, formatters([]source{s})["internal/x"]) {
		got = append(got, one.text)
	}
	want := []string{"%q is wrong; fix: write %s", "no such thing as %d", "it is %s and broken"}
	if !slices.Equal(got, want) {
		t.Fatalf("got %q, want %q", got, want)
	}
	found, _ := parse("x.go", "")
	one := sentence{found.fault(0, ""), wordsOf(want[0])}
	if !one.isIn(`a: "b" is wrong; fix: write c`) || one.isIn("fix: write b is wrong") {
		t.Error("the words of a sentence are found in another order, or not at all")
	}
}
