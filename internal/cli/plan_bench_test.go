//go:build unix

package cli_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// planTree is a tree to plan: files in folders, of which few are looked into.
type planTree struct {
	files, folders int
	// deep: a folder lies below twelve others.
	deep bool
	// templates is how many files of each folder are templates, if not one in hundreds.
	templates int
}

// write writes the tree, as a repository if isGit is set.
func (s planTree) write(b *testing.B, isGit bool) string {
	b.Helper()
	dir := b.TempDir()
	for d := range s.folders {
		folder := filepath.Join(dir, "services", fmt.Sprintf("group%03d", d%97), fmt.Sprintf("folder%05d", d))
		if s.deep {
			folder = filepath.Join(dir, strings.Repeat("level/", 12), fmt.Sprintf("folder%05d", d))
		}
		if err := os.MkdirAll(folder, 0o700); err != nil {
			b.Fatal(err)
		}
		for i := range s.files / s.folders {
			name, text := s.file(d, i)
			if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
				b.Fatal(err)
			}
		}
	}
	if isGit {
		for _, line := range []string{"init -q -b main", "add -A", "-c user.name=A -c user.email=a@example.com commit -q -m start"} {
			if said, err := exec.Command("git", append([]string{"-C", dir, "-c", "gc.auto=0"}, strings.Fields(line)...)...).CombinedOutput(); err != nil {
				b.Fatalf("git %s: %v: %s", line, err, said)
			}
		}
	}
	return dir
}

func (s planTree) file(folder, i int) (name, text string) {
	pod := fmt.Sprintf("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: c\n    image: acme/app:%d\n", folder)
	switch {
	case i < s.templates:
		return fmt.Sprintf("m%d.yaml", i), pod
	case i == 0 && folder%20 == 0:
		return "pod.yaml", pod
	case i == 1 && folder%40 == 0:
		return "main.tf", "resource \"aws_s3_bucket\" \"b\" {\n  acl = \"public-read\"\n}\n"
	case i == 2 && folder%40 == 0:
		return "Dockerfile", fmt.Sprintf("FROM debian:%d\nCOPY . /app\n", folder)
	case i == 3 && folder%10 == 0:
		return "config.yaml", "replicas: 3\nlist: [1, 2, 3]\n"
	}
	extensions := []string{"go", "ts", "tsx", "py", "java", "rs", "c", "md", "png", "svg", "proto", "css", "html"}
	return fmt.Sprintf("source_file_%03d.%s", i, extensions[(i+folder)%len(extensions)]), "package x\n"
}

// BenchmarkPlan compares the plan of a tree with the list that git or find makes of its files, and
// where many are templates with git's search for a word in all of them, turn by turn, as whole
// processes.
func BenchmarkPlan(b *testing.B) {
	scangate := release(b, "../../cmd/scangate")
	for _, tree := range []struct {
		name  string
		shape planTree
		isGit bool
	}{
		{"git/500k", planTree{files: 500_000, folders: 5000}, true},
		{"git/100k-deep", planTree{files: 100_000, folders: 1000, deep: true}, true},
		{"git/46k", planTree{files: 46_000, folders: 460}, true},
		{"git/13.6k-3.4k-templates", planTree{files: 13_600, folders: 1700, templates: 2}, true},
		{"git/13.6k-10.2k-templates", planTree{files: 13_600, folders: 1700, templates: 6}, true},
		{"find/500k", planTree{files: 500_000, folders: 5000}, false},
	} {
		b.Run(tree.name, func(b *testing.B) {
			dir := tree.shape.write(b, tree.isGit)
			list := []string{"git", "-C", dir, "ls-files", "-co", "--exclude-standard"}
			if !tree.isGit {
				list = []string{"find", dir, "-type", "f"}
			}
			var ours, theirs, search spent
			for b.Loop() {
				theirs.add(timed(b, list[0], list[1:]...))
				if tree.shape.templates > 0 {
					search.add(timed(b, "git", "-C", dir, "grep", "-c", "image:"))
				}
				ours.add(timed(b, scangate, "scan", "--dry-run", "--endpoint", "embedded", "--quiet", dir))
			}
			b.ReportMetric(float64(ours.cpu)/float64(theirs.cpu), "x-list-CPU")
			b.ReportMetric(float64(ours.wall)/float64(theirs.wall), "x-list")
			if tree.shape.templates > 0 {
				b.ReportMetric(float64(ours.cpu)/float64(search.cpu), "x-grep-CPU")
			}
		})
	}
}
