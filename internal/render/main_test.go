//go:build unix

package render

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/git/gittest"
)

// The test binary is also the tools: it acts as Helm or Kustomize if it has their name. As
// the tools get no environment, it reads what to do from files beside it:
//
//	real/NAME    the real tool, whose answers are written to golden/
//	behaviour    a name of the table in sandbox_test.go
//	golden/      answers of the real tool
func TestMain(m *testing.M) {
	name := filepath.Base(os.Args[0])
	if !slices.Contains([]string{"helm", "kustomize", "kubectl"}, name) {
		os.Exit(m.Run())
	}
	self := tool{os.Stdout, os.Stderr} //nolint:forbidigo // the process is the tool
	dir := filepath.Dir(os.Args[0])
	if behaviour, err := os.ReadFile(filepath.Join(dir, "behaviour")); err == nil {
		os.Exit(self.behave(string(behaviour)))
	}
	golden := filepath.Join(dir, "golden", strings.ReplaceAll(strings.Join(append([]string{name}, os.Args[1:]...), " "), "/", "%"))
	program := filepath.Join(dir, "real", name)
	if _, err := os.Stat(program); err == nil {
		os.Exit(self.record(program, golden))
	}
	os.Exit(self.replay(golden))
}

// tool is this process as a tool.
type tool struct{ out, messages *os.File }

// place stands for the folder that a tool runs in.
const place = "FOLDER"

// record runs the real tool and keeps what it answers.
func (tl tool) record(program, golden string) int {
	cmd := exec.CommandContext(context.Background(), program, os.Args[1:]...)
	var out, messages bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &messages
	err := cmd.Run()
	dir, _ := os.Getwd()
	said := strings.ReplaceAll(messages.String(), dir, place)
	text := out.String()
	if err != nil {
		golden, text = golden+" failed", said
	}
	if err := os.WriteFile(golden, []byte(text), 0o600); err != nil {
		fmt.Fprintln(tl.messages, err)
		return 3
	}
	fmt.Fprint(tl.out, out.String())
	fmt.Fprint(tl.messages, messages.String())
	return cmd.ProcessState.ExitCode()
}

// replay answers as the real tool has.
func (tl tool) replay(golden string) int {
	if said, err := os.ReadFile(golden + " failed"); err == nil {
		dir, _ := os.Getwd()
		fmt.Fprint(tl.messages, strings.ReplaceAll(string(said), place, dir))
		return 1
	}
	f, err := os.Open(golden)
	if err != nil {
		fmt.Fprintln(tl.messages, "no golden answer, run .ci/hosts/render: "+filepath.Base(golden))
		return 2
	}
	defer f.Close()
	_, _ = io.Copy(tl.out, f)
	return 0
}

// binDir returns a folder with the test binary as tools.
func binDir(t testing.TB, tools ...string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range tools {
		if err := os.Symlink(self, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// renderer returns a renderer for a tree, and tools.
func renderer(t testing.TB, files map[string]string, bin string) *Renderer {
	t.Helper()
	root := t.TempDir()
	var names []string
	for name, content := range files {
		gittest.Write(t, root, name, content)
		names = append(names, name)
	}
	slices.Sort(names)
	absent := func(file string) Absence {
		switch _, err := os.Lstat(filepath.Join(root, file)); {
		case errors.Is(err, fs.ErrNotExist):
			return Missing
		default:
			return Untracked
		}
	}
	return New(Options{
		Tree: Tree{Files: names, Root: root, FS: os.DirFS(root), Absent: absent},
		Env:  []string{"SECRET=hunter2", "PATH=" + bin + ":" + os.Getenv("PATH")}, Bounds: DefaultBounds(), SettingName: "--render",
	})
}
