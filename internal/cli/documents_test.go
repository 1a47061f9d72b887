package cli_test

import (
	"errors"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/scangate/scangate/internal/git/gittest"
)

// shownCommand is a command of the documentation, and the output that is shown below it, if any.
type shownCommand struct{ line, output string }

// consoleBlock matches a block of commands, each on a line that begins with a dollar sign.
var consoleBlock = regexp.MustCompile("(?ms)^```console\n(.*?)^```$")

// shownCommands returns the commands of each block, without comments.
func shownCommands(text string) [][]shownCommand {
	var blocks [][]shownCommand
	for _, m := range consoleBlock.FindAllStringSubmatch(text, -1) {
		var block []shownCommand
		for line := range strings.Lines(m[1]) {
			command, begins := strings.CutPrefix(line, "$ ")
			last := len(block) - 1
			switch {
			case begins:
				command, _, _ = strings.Cut(command, "  # ")
				block = append(block, shownCommand{line: strings.TrimSpace(command)})
			case last >= 0 && strings.HasSuffix(block[last].line, `\`):
				block[last].line = strings.TrimSuffix(block[last].line, `\`) + strings.TrimSpace(line)
			case last >= 0:
				block[last].output += line
			}
		}
		blocks = append(blocks, block)
	}
	return blocks
}

// asScangate returns a command as it is typed with an installed scangate, or "" for other programs.
func asScangate(line string) string {
	for _, prefix := range []string{"scangate ", "./scangate ", "go run ./cmd/scangate "} {
		if args, ok := strings.CutPrefix(line, prefix); ok {
			return "scangate " + args
		}
	}
	return ""
}

// isHermetic reports whether a command gives the same output everywhere: it asks the embedded
// service or none, and nothing in it is to be replaced.
func isHermetic(command string) bool {
	if strings.ContainsAny(command, "|<>$…") || strings.HasPrefix(command, "scangate emulator ") {
		return false
	}
	local := []string{"completion", "config", "help", "hook", "schema"}
	return strings.Contains(command, " --endpoint embedded") || slices.Contains(local, strings.Fields(command)[1]) ||
		strings.HasPrefix(command, "scangate init --yes")
}

// readsResult reports whether a command reads a saved result, which one before it wrote.
func readsResult(command string) bool {
	return slices.Contains([]string{"diff", "explain", "report", "verdict"}, strings.Fields(command)[1])
}

// Every command of the documentation that needs no service and no key runs in a copy of the
// samples, and prints what is shown. A line with an ellipsis stands for any lines.
func TestDocumentedCommands(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, pattern := range []string{"*.md", "internal/cli/help/*.md", "examples/*/README.md"} {
		paths, err := filepath.Glob(filepath.Join("../..", pattern))
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, path := range paths {
			if filepath.Base(path) == "errors.md" {
				continue // TestErrorCatalogue runs its commands
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, block := range shownCommands(string(text)) {
				seen += runShown(t, path, block)
			}
		}
	}
	if seen < 12 {
		t.Errorf("ran %d commands", seen)
	}
}

// runShown runs the commands of a block up to the first one of scangate that is not hermetic, and
// returns their number. Later ones may need what that one leaves.
func runShown(t *testing.T, path string, block []shownCommand) int {
	t.Helper()
	var commands []shownCommand
	for _, shown := range block {
		shown.line = asScangate(shown.line)
		if shown.line == "" {
			continue
		}
		if !isHermetic(shown.line) && (len(commands) == 0 || !readsResult(shown.line)) {
			break
		}
		commands = append(commands, shown)
	}
	if len(commands) == 0 {
		return 0
	}
	t.Run(filepath.Base(path)+" "+commands[0].line, func(t *testing.T) {
		t.Parallel()
		dir := samples(t)
		for _, shown := range commands {
			shown.compare(t, path, dir)
		}
	})
	return len(commands)
}

// samples returns a repository that holds a copy of examples.
func samples(t *testing.T) string {
	t.Helper()
	repo := gittest.New(t)
	if err := os.CopyFS(filepath.Join(repo.Dir, "examples"), os.DirFS("../../examples")); err != nil {
		t.Fatal(err)
	}
	repo.Commit()
	return repo.Dir
}

// compare runs the command. Its exit code is that of the verdict line which is shown, or 0.
// Without an output, a crossed limit is an end like a pass.
func (s shownCommand) compare(t *testing.T, path, dir string) {
	t.Helper()
	code, got := shellIn(t, dir, s.line)
	if s.output == "" {
		if code > 1 {
			t.Errorf("%s: %s: exit %d\n%s", path, s.line, code, got)
		}
		return
	}
	var lines []string
	for line := range strings.Lines(s.output) {
		if line == "…\n" {
			lines = append(lines, `(?s:.*)`)
		} else {
			lines = append(lines, regexp.QuoteMeta(line))
		}
	}
	if !regexp.MustCompile("^" + strings.Join(lines, "") + "$").MatchString(got) {
		t.Errorf("%s: %s\nis shown with\n%sand prints\n%s", path, s.line, s.output, got)
	}
	if fails := strings.Contains(s.output, "FAIL (exit 1)"); code > 1 || fails != (code == 1) {
		t.Errorf("%s: %s: exit %d", path, s.line, code)
	}
}

// shellIn runs a command line as a reader does, and returns everything that it prints. The folder
// is called /src/shop in the documentation.
func shellIn(t *testing.T, dir, line string) (int, string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the documentation shows paths with slashes")
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", line)
	cmd.Dir = dir
	cmd.Env = []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "TMPDIR=" + t.TempDir(), "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1"}
	out, err := cmd.CombinedOutput()
	code := 0
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	return code, strings.ReplaceAll(string(out), dir, "/src/shop")
}

// The picture in README.md shows what its command prints. .ci/picture also compares colors and
// line ends.
func TestPicture(t *testing.T) {
	t.Parallel()
	picture, err := os.ReadFile("../../.github/run.svg")
	if err != nil {
		t.Fatal(err)
	}
	command := regexp.MustCompile(`<title>(.*)</title>`).FindStringSubmatch(string(picture))
	_, body, _ := strings.Cut(string(picture), "</title>")
	if command == nil || !isHermetic(command[1]) {
		t.Fatalf("the title is not a command: %q", command)
	}
	code, want := shellIn(t, samples(t), command[1])
	if code != 1 {
		t.Errorf("exit %d", code)
	}
	got := html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(body, ""))
	if got, want := noSpace(got), noSpace("$ "+command[1]+want); got != want {
		t.Errorf("the picture shows\n%s\nand the command prints\n%s\nfix: .ci/picture", got, want)
	}
}

func noSpace(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}
