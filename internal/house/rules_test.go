package house

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"strconv"
	"strings"
)

// The largest a file, a function and a main.go may be, in lines.
const (
	maxFile     = 450
	maxFunction = 80
	maxMain     = 25
)

// ambient lists what reads the environment and the clock. All other packages take these as
// arguments, so that a test can choose them.
var ambient = map[string]struct {
	names  []string
	owners []string
}{
	"os":   {names: []string{"Getenv", "LookupEnv", "Environ", "ExpandEnv"}, owners: []string{"cli", "cmd"}},
	"time": {names: []string{"Now", "Since", "Until"}, owners: []string{"cli", "cmd"}},
}

// endings lists what ends the process. An error must be returned to the place that turns it
// into an exit code, so that reports are written first.
var endings = map[string][]string{
	"os":  {"Exit"},
	"log": {"Fatal", "Fatalf", "Fatalln", "Panic", "Panicf", "Panicln"},
}

// checkAmbient finds uses of the environment, the clock and process exits.
func checkAmbient(s source) []fault {
	var faults []fault
	names := importNames(s.file)
	ast.Inspect(s.file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		x, ok := sel.X.(*ast.Ident)
		if !ok {
			return true
		}
		pkg := names[x.Name]
		if a, ok := ambient[pkg]; ok && allows(a.names, sel.Sel.Name) && !allows(a.owners, s.owner()) {
			faults = append(faults, s.fault(sel.Pos(), pkg+"."+sel.Sel.Name+" belongs to cli; take it as an argument"))
		}
		if allows(endings[pkg], sel.Sel.Name) && s.owner() != "cmd" {
			faults = append(faults, s.fault(sel.Pos(), pkg+"."+sel.Sel.Name+" belongs to cmd; return an error"))
		}
		return true
	})
	return faults
}

// checkStart finds patterns that are compiled at every start, whether they are needed or not.
func checkStart(s source) []fault {
	if strings.HasSuffix(s.folder(), "test") {
		return nil // a helper of tests
	}
	var faults []fault
	names := importNames(s.file)
	for _, decl := range s.file.Decls {
		vars, ok := decl.(*ast.GenDecl)
		if !ok || vars.Tok != token.VAR {
			continue
		}
		ast.Inspect(vars, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "MustCompile" {
				if x, ok := sel.X.(*ast.Ident); ok && names[x.Name] == "regexp" {
					faults = append(faults, s.fault(sel.Pos(), "regexp.MustCompile runs at every start; use sync.OnceValue"))
				}
			}
			_, later := n.(*ast.FuncLit)
			return !later
		})
	}
	return faults
}

// checkGoroutines finds goroutines whose panic would end the process with the
// exit code of Go's own, which is that of wrong usage. (Imports of errgroup are
// for the import table to find.)
func checkGoroutines(s source) []fault {
	if s.owner() == "safe" {
		return nil
	}
	var faults []fault
	names := importNames(s.file)
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			faults = append(faults, s.fault(n.Pos(), "go statement: start it with safe.Go or a safe.Group"))
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && names[x.Name] == "sync" && n.Sel.Name == "WaitGroup" {
				faults = append(faults, s.fault(n.Pos(), "sync.WaitGroup: use a safe.Group"))
			}
		}
		return true
	})
	return faults
}

// checkSleeps finds tests that really wait. Under testing/synctest a sleep takes no time.
// Elsewhere it makes the test slow, or flaky on a busy machine.
func checkSleeps(s source) []fault {
	var faults []fault
	names := importNames(s.file)
	for _, imported := range names {
		if imported == "testing/synctest" {
			return nil
		}
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && names[x.Name] == "time" && sel.Sel.Name == "Sleep" {
			faults = append(faults, s.fault(sel.Pos(), "time.Sleep really waits here; use testing/synctest"))
		}
		return true
	})
	return faults
}

// importNames maps the names by which a file knows its imports to their paths.
func importNames(f *ast.File) map[string]string {
	names := make(map[string]string, len(f.Imports))
	for _, spec := range f.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		name := path.Base(imported)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = imported
	}
	return names
}

// checkSurprises finds init functions and panics.
func checkSurprises(s source) []fault {
	var faults []fault
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv == nil && n.Name.Name == "init" {
				faults = append(faults, s.fault(n.Pos(), "init runs in every process; call it where it is needed"))
			}
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.Ident); ok && f.Name == "panic" {
				faults = append(faults, s.fault(n.Pos(), "panic: return an error"))
			}
		}
		return true
	})
	return faults
}

// checkSizes measures the file and its functions.
func checkSizes(s source) []fault {
	var faults []fault
	lines := s.fset.Position(s.file.FileEnd).Line
	limit := maxFile
	if s.owner() == "cmd" && path.Base(s.path) == "main.go" {
		limit = maxMain
	}
	if lines > limit {
		faults = append(faults, fault{s.path, lines, fmt.Sprintf("%d lines, at most %d", lines, limit)})
	}
	for _, d := range s.file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if n := s.fset.Position(f.End()).Line - s.fset.Position(f.Pos()).Line + 1; n > maxFunction {
			faults = append(faults, s.fault(f.Pos(), fmt.Sprintf("%s has %d lines, at most %d", f.Name.Name, n, maxFunction)))
		}
	}
	return faults
}

// checkDocs finds exported names without a comment.
func checkDocs(s source) []fault {
	var faults []fault
	missing := func(pos token.Pos, name string) {
		faults = append(faults, s.fault(pos, name+" is exported and has no comment"))
	}
	for _, d := range s.file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() && d.Doc == nil && onExported(d.Recv) {
				missing(d.Pos(), d.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				for _, name := range undocumented(d, spec) {
					missing(name.Pos(), name.Name)
				}
			}
		}
	}
	return faults
}

// undocumented returns the exported names of a type, constant or variable that
// neither it nor its group explains.
func undocumented(group *ast.GenDecl, spec ast.Spec) []*ast.Ident {
	var names []*ast.Ident
	documented := group.Doc != nil
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		names = []*ast.Ident{spec.Name}
		documented = documented || spec.Doc != nil || spec.Comment != nil
	case *ast.ValueSpec:
		names = spec.Names
		documented = documented || spec.Doc != nil || spec.Comment != nil
	}
	var found []*ast.Ident
	for _, name := range names {
		if name.IsExported() && !documented {
			found = append(found, name)
		}
	}
	return found
}

// onExported reports whether a function has no receiver or an exported one.
func onExported(recv *ast.FieldList) bool {
	if recv == nil {
		return true
	}
	t := recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return true
		}
	}
}
