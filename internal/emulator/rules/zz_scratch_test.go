package rules

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/scangate/scangate/internal/template"
)

func TestScratch(t *testing.T) {
	root := os.Getenv("SCRATCH")
	if root == "" {
		t.Skip()
	}
	folders := map[string][]File{}
	filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if d != nil && d.Name() == ".git" {
				return fs.SkipDir
			}
			return nil
		}
		rel, _ := filepath.Rel(root, p)
		if d.Type().IsRegular() && template.Candidate(rel) {
			b, _ := os.ReadFile(p)
			folders[filepath.Dir(rel)] = append(folders[filepath.Dir(rel)], File{rel, b})
		}
		return nil
	})
	n := 0
	for _, files := range folders {
		alerts, err := Judge(files)
		if err != nil {
			fmt.Println("ERR", err)
			continue
		}
		for _, a := range alerts {
			n++
			fmt.Printf("%s %s\n%s\n", a.Severity, a.Rule, a.Details)
		}
	}
	fmt.Println("alerts", n)
}
