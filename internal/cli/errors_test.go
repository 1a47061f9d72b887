package cli_test

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/scangate/scangate/internal/emulator"
)

// catalogue holds the errors of the help topic errors, a file for each chapter: Markdown, and the
// files that its commands find. Package docs writes the topic from it.
const catalogue = "testdata/errors/*.txtar"

// Every error of the catalogue is what the commands that are shown with it print, word by word.
// UPDATE=1 writes what they print now.
func TestErrorCatalogue(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the catalogue shows the messages of Linux, and fills its /dev/full")
	}
	if testing.Short() {
		t.Skip("a command for each error")
	}
	chapters, err := filepath.Glob(catalogue)
	if err != nil || len(chapters) == 0 {
		t.Fatalf("no chapter: %v", err)
	}
	for _, chapter := range chapters {
		t.Run(strings.TrimSuffix(filepath.Base(chapter), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(chapter)
			if err != nil {
				t.Fatal(err)
			}
			sections := strings.Split(string(archive.Comment), "\n## ")
			t.Run("#", func(t *testing.T) {
				for i := range sections[1:] {
					runErrorSection(t, &sections[i+1], archive.Files)
				}
			})
			if os.Getenv("UPDATE") == "" {
				return
			}
			archive.Comment = []byte(strings.Join(sections, "\n## "))
			if err := os.WriteFile(chapter, txtar.Format(archive), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// runErrorSection runs the commands of a section, and with UPDATE=1 writes what they print.
func runErrorSection(t *testing.T, section *string, files []txtar.File) {
	t.Helper()
	title, body, _ := strings.Cut(*section, "\n")
	t.Run(title, func(t *testing.T) {
		t.Parallel()
		prose, rest, ok := strings.Cut(body, "```console\n")
		block, after, closed := strings.Cut(rest, "```\n")
		if !ok || !closed || len(strings.Fields(prose)) < 5 {
			t.Fatal("a section is what the error means and a block of commands")
		}
		s := newErrorShell(t, files)
		got := s.run(block)
		if !regexp.MustCompile(`fix: |did you mean |must `).MatchString(got) {
			t.Errorf("no line says what to do:\n%s", got)
		}
		if matchesShown(block, got) {
			return
		}
		if os.Getenv("UPDATE") == "" {
			t.Errorf("the block\n%s\nis now\n%s", block, got)
		}
		*section = title + "\n" + prose + "```console\n" + got + "```\n" + after
	})
}

// matchesShown reports whether a text is as shown. A line with an ellipsis stands for any lines.
func matchesShown(shown, got string) bool {
	var lines []string
	for line := range strings.Lines(shown) {
		if line == "…\n" {
			lines = append(lines, `(?s:.*)`)
		} else {
			lines = append(lines, regexp.QuoteMeta(line))
		}
	}
	return regexp.MustCompile("^" + strings.Join(lines, "") + "$").MatchString(got)
}

// errorShell runs the commands of a section in a folder of their own.
type errorShell struct {
	t       *testing.T
	dir     string
	env     []string
	replace []string
}

func newErrorShell(t *testing.T, files []txtar.File) *errorShell {
	t.Helper()
	dir := t.TempDir()
	for _, f := range files {
		name := filepath.Join(dir, f.Name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, f.Data, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return &errorShell{t: t, dir: dir, replace: []string{dir, "/src/shop"}, env: []string{
		"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "TMPDIR=" + t.TempDir(),
		"GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=C", "GIT_COMMITTER_EMAIL=c@example.com",
		"GIT_AUTHOR_DATE=2026-01-02T03:04:05Z", "GIT_COMMITTER_DATE=2026-01-02T03:04:05Z",
		"GIT_CEILING_DIRECTORIES=" + filepath.Dir(dir),
	}}
}

// run runs the commands of a block, and returns it with what they print. Lines that begin with a
// percent sign prepare the folder; the topic leaves them out.
func (s *errorShell) run(block string) string {
	s.t.Helper()
	var out strings.Builder
	for line := range strings.Lines(block) {
		command, hidden := strings.CutPrefix(line, "% ")
		if !hidden {
			var shown bool
			if command, shown = strings.CutPrefix(line, "$ "); !shown {
				continue
			}
		}
		out.WriteString(line)
		if modes, ok := strings.CutPrefix(command, "service"); ok && hidden {
			s.serve(strings.Fields(modes))
			continue
		}
		code, got := s.shell(command)
		switch {
		case hidden && code != 0:
			s.t.Fatalf("%s: exit %d\n%s", command, code, got)
		case !hidden:
			s.checkExit(command, code, got)
			out.WriteString(got)
		}
	}
	return out.String()
}

// serve starts a service with the given faults, which the commands ask with the right key.
func (s *errorShell) serve(modes []string) {
	s.t.Helper()
	start := (*httptest.Server).Start
	if slices.Equal(modes, []string{"tls"}) {
		start, modes = (*httptest.Server).StartTLS, nil
	}
	o, err := faultyOptions(time.Now, modes)
	if err != nil {
		s.t.Fatal(err)
	}
	handler := emulator.New(o)
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(unlabelled{w}, r) }))
	// A refused handshake is what is tested.
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	start(srv)
	s.t.Cleanup(srv.Close)
	s.env = append(s.env, "SCANGATE_ENDPOINT="+srv.URL, "SCANGATE_API_KEY=0123456789-key-123",
		"SCANGATE_REPO_URL=https://git.example/shop", "SCANGATE_BRANCH=main")
	s.replace = append(s.replace, srv.Listener.Addr().String(), "127.0.0.1:8080")
}

// unlabelled is an answer that does not say that it comes from the emulator.
type unlabelled struct{ http.ResponseWriter }

func (u unlabelled) WriteHeader(code int) {
	u.Header().Del(emulator.Header)
	u.ResponseWriter.WriteHeader(code)
}

func (u unlabelled) Write(b []byte) (int, error) {
	u.Header().Del(emulator.Header)
	return u.ResponseWriter.Write(b)
}

// submissionID matches the id of a scan or of a task, which is another one each time.
var submissionID = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// embeddedNote matches what a report says of the embedded service.
var embeddedNote = regexp.MustCompile(`(?m)^Embedded: .*\n(?: {10}.*\n)*\n?`)

// secondsAfter matches how long a run took, on a machine that may be busy.
var secondsAfter = regexp.MustCompile(`\(\d+s after`)

func (s *errorShell) shell(command string) (code int, out string) {
	s.t.Helper()
	cmd := exec.CommandContext(s.t.Context(), "sh", "-c", command)
	cmd.Dir, cmd.Env = s.dir, s.env
	b, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		s.t.Fatal(err)
	}
	if len(b) > 0 && b[len(b)-1] != '\n' {
		b = append(b, '\n')
	}
	out = strings.NewReplacer(s.replace...).Replace(string(b))
	out = embeddedNote.ReplaceAllString(out, "")
	out = secondsAfter.ReplaceAllString(out, "(2s after")
	return code, submissionID.ReplaceAllString(out, "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9")
}

// exitShown matches the exit code that a last line names.
var exitShown = regexp.MustCompile(`(?m)^scangate: [A-Z][A-Z0-9/ ]* \(exit (\d+)`)

// checkExit compares the exit code with the one that the command prints, 0 if it prints none.
func (s *errorShell) checkExit(command string, code int, out string) {
	s.t.Helper()
	want := 0
	if m := exitShown.FindAllStringSubmatch(out, -1); m != nil {
		want, _ = strconv.Atoi(m[len(m)-1][1]) // digits
	}
	if strings.Contains(command, "scangate ") && code != want {
		s.t.Errorf("%s: exit %d, and it prints\n%s", command, code, out)
	}
}
