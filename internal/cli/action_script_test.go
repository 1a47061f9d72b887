package cli_test

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
)

// released is what stands for the binary of a release.
const released = "#!/bin/sh\necho released\n"

// bashOf finds the bash that runs the scripts of an action. On Windows that is
// Git's, and the one on PATH may be another.
func bashOf(t *testing.T) string {
	t.Helper()
	name := "bash"
	if runtime.GOOS == "windows" {
		name = `C:\Program Files\Git\bin\bash.exe`
	}
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skip("there is no bash here: ", err)
	}
	return path
}

// runner is what a runner gives to the first step of the action.
type runner struct {
	env               map[string]string
	asked             *atomic.Int32 // requests for the binary
	answer            http.HandlerFunc
	temp, cache, kept string
	// fakeGo and fakeSleep stand for these programs; each notes in NAME.args beside it what it got.
	fakeGo, fakeSleep string
}

// newRunner serves a release on loopback, and puts a go on PATH that builds the released file.
func newRunner(t *testing.T) *runner {
	t.Helper()
	dir := t.TempDir()
	r := &runner{
		asked: new(atomic.Int32), temp: filepath.Join(dir, "temp"), cache: filepath.Join(dir, "cache"),
		fakeGo: filepath.Join(dir, "bin", "go"), fakeSleep: filepath.Join(dir, "bin", "sleep"),
	}
	goos := map[string]string{"linux": "Linux", "darwin": "macOS", "windows": "Windows"}[runtime.GOOS]
	arch := map[string]string{"amd64": "X64", "arm64": "ARM64"}[runtime.GOARCH]
	if goos == "" || arch == "" {
		t.Skip("no release for this system")
	}
	file := "scangate_1.2.3_" + runtime.GOOS + "_" + runtime.GOARCH
	if goos == "Windows" {
		file += ".exe"
	}
	r.kept = filepath.Join(r.cache, "scangate", "1.2.3", runtime.GOARCH, file)
	r.answer = func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Path != "/releases/v1.2.3/"+file {
			http.NotFound(w, req)
			return
		}
		_, _ = w.Write([]byte(released))
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.asked.Add(1)
		r.answer(w, req)
	}))
	t.Cleanup(srv.Close)
	action := filepath.Join(dir, "action")
	writeFiles(t, map[string]string{
		r.fakeGo:                         fakeGo(released),
		r.fakeSleep:                      "#!/bin/sh\nprintf '%s\\n' \"$@\" >>\"$0.args\"\n",
		filepath.Join(action, "go.mod"):  "module github.com/scangate/scangate\n\ntoolchain go1.2.3\n",
		filepath.Join(r.temp, "x"):       "",
		filepath.Join(r.cache, "x"):      "",
		filepath.Join(dir, "work", "x"):  "",
		filepath.Join(dir, "output.txt"): "",
	})
	r.env = map[string]string{
		"PATH": filepath.Dir(r.fakeGo) + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME": dir, "SYSTEMROOT": os.Getenv("SYSTEMROOT"),
		"RUNNER_OS": goos, "RUNNER_ARCH": arch, "RUNNER_TEMP": r.temp, "RUNNER_TOOL_CACHE": r.cache,
		"GITHUB_ACTION_PATH": action, "GITHUB_WORKSPACE": filepath.Join(dir, "work"), "GITHUB_OUTPUT": filepath.Join(dir, "output.txt"),
		"COMMAND": "", "ON_ERROR": "", "DOWNLOAD_URL": srv.URL + "/releases/", "DOWNLOAD_USER": "", "DOWNLOAD_TOKEN": "", "VERSION": "v1.2.3",
		"SHA256": fmt.Sprintf("%064d  other\n%x  %s\n", 0, sha256.Sum256([]byte(released)), file),
	}
	return r
}

// fakeGo is a go whose builds have this content. It notes its arguments and the variables that
// change a build.
func fakeGo(content string) string {
	return `#!/bin/sh
for a; do [ "$last" != -o ] || file=$a; last=$a; done
printf '%s\n' "$@" "GOFLAGS=$GOFLAGS" "GOENV=$GOENV" "GOWORK=$GOWORK" "GOOS=$GOOS" "GOTOOLCHAIN=$GOTOOLCHAIN" "GOCACHEPROG=$GOCACHEPROG" >"$0.args"
printf '%s' '` + content + `' >"$file"
`
}

func writeFiles(t *testing.T, files map[string]string) {
	t.Helper()
	for path, content := range files {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o755)); err != nil {
			t.Fatal(err)
		}
	}
}

func contentOf(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return string(text)
}

// scriptCommand is the command by which the runner runs a step's script.
func scriptCommand(t *testing.T, step int, env map[string]string) *exec.Cmd {
	t.Helper()
	script := filepath.Join(t.TempDir(), "step.sh")
	writeFiles(t, map[string]string{script: readAction(t).Runs.Steps[step].Run})
	cmd := exec.CommandContext(t.Context(), bashOf(t), "--noprofile", "--norc", "-eo", "pipefail", script)
	cmd.Dir = t.TempDir()
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return cmd
}

// runScript runs a step's script as the runner does, and returns its code and
// what it said.
func runScript(t *testing.T, step int, env map[string]string) (code int, said string) {
	t.Helper()
	cmd := scriptCommand(t, step, env)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String()
}

// bring runs the first step, checks its code and that it said the texts, and
// returns the content of the program that it brought, or nothing.
func (r *runner) bring(t *testing.T, code int, texts ...string) (program string) {
	t.Helper()
	writeFiles(t, map[string]string{r.env["GITHUB_OUTPUT"]: ""})
	got, said := runScript(t, 0, r.env)
	if got != code {
		t.Fatalf("exit %d, want %d:\n%s", got, code, said)
	}
	for _, text := range texts {
		if !strings.Contains(said, text) {
			t.Errorf("nothing is said of %q in:\n%s", text, said)
		}
	}
	outputs := contentOf(t, r.env["GITHUB_OUTPUT"])
	path, brought := strings.CutPrefix(outputs, "binary=")
	path, then, _ := strings.Cut(path, "\n")
	verdict := map[int]string{2: "usage", 3: "incomplete"}[code]
	switch {
	case code == 0 && brought && then == "command="+cmp.Or(r.env["COMMAND"], "scan\n"):
		return contentOf(t, path)
	case code == 0 && brought && then == "verdict=none\nexit-code=0\n":
		return contentOf(t, path)
	case code != 0 && outputs == fmt.Sprintf("verdict=%s\nexit-code=%d\n", verdict, code) && strings.Contains(said, "::error title=scangate::"):
		return ""
	}
	t.Errorf("exit %d with the outputs %q:\n%s", code, outputs, said)
	return ""
}

// isReleased checks what was brought and how often it was asked for.
func (r *runner) isReleased(t *testing.T, program string, asked int32) {
	t.Helper()
	if program != released || r.asked.Load() != asked {
		t.Errorf("brought %q with %d requests, want the released file with %d", program, r.asked.Load(), asked)
	}
}

func TestBringDownloadsOnce(t *testing.T) {
	t.Parallel()
	r := newRunner(t)
	r.isReleased(t, r.bring(t, 0, "downloaded, SHA-256 verified"), 1)
	r.isReleased(t, r.bring(t, 0, "from the tool cache, SHA-256 verified"), 1)
}

// A file in the cache is one that anybody may have put there.
func TestBringTrustsNoCache(t *testing.T) {
	t.Parallel()
	r := newRunner(t)
	writeFiles(t, map[string]string{r.kept: "#!/bin/sh\necho evil\n"})
	r.isReleased(t, r.bring(t, 0, "::warning title=scangate::", "is not the released file; it is replaced"), 1)
	if got := contentOf(t, r.kept); got != released {
		t.Errorf("the cache holds %q", got)
	}
}

// Another sum ends the step, whatever else could be done.
func TestBringRefusesAnotherFile(t *testing.T) {
	t.Parallel()
	for name, sums := range map[string]string{"another sum": fmt.Sprintf("%064d", 7), "none": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRunner(t)
			r.env["SHA256"] = strings.TrimSpace(sums + "  " + filepath.Base(r.kept))
			r.bring(t, 3, "is not the released file", "It was not run")
			if got := contentOf(t, r.kept); got != "" {
				t.Errorf("the cache holds %q", got)
			}
		})
	}
}

func TestBringBuilds(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*runner)
		want   []string // arguments and variables of go
		says   []string
		asked  int32
	}{
		"its own checkout": {
			func(r *runner) { r.env["GITHUB_WORKSPACE"] = r.env["GITHUB_ACTION_PATH"] },
			[]string{"build", "-trimpath", "./cmd/scangate", "-s -w -X main.version="}, []string{"building scangate from"}, 0,
		},
		"no such release": {
			func(r *runner) { r.env["DOWNLOAD_URL"] += "elsewhere" },
			[]string{"build", "./cmd/scangate", "-s -w -X main.version=1.2.3", "GOTOOLCHAIN=go1.2.3"},
			[]string{"::warning title=scangate::", "is built from the action's own source"}, 1,
		},
		"a mirror without TLS": {
			func(r *runner) { r.env["DOWNLOAD_URL"], r.env["DOWNLOAD_TOKEN"] = "http://mirror.example", "s3cret" },
			[]string{"build"}, []string{"::warning title=scangate::"}, 0,
		},
		"a name like loopback's": {
			func(r *runner) { r.env["DOWNLOAD_URL"] = "http://127.0.0.1.mirror.example" },
			[]string{"build"}, []string{"::warning title=scangate::"}, 0,
		},
		"nothing is released yet": {
			func(r *runner) {
				r.env["SHA256"] = fmt.Sprintf("%064d  %s", 0, filepath.Base(r.kept))
			},
			[]string{"build"}, nil, 0,
		},
		"settings of the job": {
			func(r *runner) {
				r.env["GITHUB_WORKSPACE"] = r.env["GITHUB_ACTION_PATH"]
				for _, name := range []string{"GOFLAGS", "GOENV", "GOWORK", "GOOS", "GOCACHEPROG"} {
					r.env[name] = "evil"
				}
			},
			[]string{"GOFLAGS=-mod=readonly", "GOENV=off", "GOWORK=off", "GOOS=", "GOCACHEPROG="}, nil, 0,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRunner(t)
			tt.change(r)
			r.isReleased(t, r.bring(t, 0, tt.says...), tt.asked)
			args := contentOf(t, r.fakeGo+".args")
			for _, want := range tt.want {
				if !strings.Contains("\n"+args, "\n"+want+"\n") {
					t.Errorf("go got %q, want %q among them", args, want)
				}
			}
		})
	}
}

// A release that is built has the sum of the release: no program that goes into a build unseen (a
// module cache, another compiler) changes it.
func TestBringRefusesAnotherBuild(t *testing.T) {
	t.Parallel()
	r := newRunner(t)
	r.env["DOWNLOAD_URL"] += "elsewhere"
	writeFiles(t, map[string]string{r.fakeGo: fakeGo("evil")})
	r.bring(t, 3, "the scangate that was built from", "is not the released file", "It was not run")
}

// Another module inside the workspace is not a source of scangate.
func TestBringKnowsItsOwnSource(t *testing.T) {
	t.Parallel()
	r := newRunner(t)
	r.env["GITHUB_WORKSPACE"] = r.env["GITHUB_ACTION_PATH"]
	writeFiles(t, map[string]string{filepath.Join(r.env["GITHUB_ACTION_PATH"], "go.mod"): "module example.org/shop\n"})
	r.isReleased(t, r.bring(t, 0, "downloaded"), 1)
}

func TestBringSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*testing.T, *runner)
		says   string
	}{
		"another system":      {func(_ *testing.T, r *runner) { r.env["RUNNER_OS"] = "Plan9" }, "there is no scangate for Plan9; fix: use a runner with"},
		"another processor":   {func(_ *testing.T, r *runner) { r.env["RUNNER_ARCH"] = "X86" }, "use a runner with X64 or ARM64"},
		"neither file nor go": {withoutGo, "or name a mirror with download-url, or add actions/setup-go"},
		"a build that fails": {func(t *testing.T, r *runner) {
			r.env["DOWNLOAD_URL"] += "elsewhere"
			writeFiles(t, map[string]string{r.fakeGo: "#!/bin/sh\nexit 1\n"})
		}, "could be neither downloaded nor built"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRunner(t)
			tt.change(t, r)
			r.bring(t, 3, tt.says)
		})
	}
}

// withoutGo leaves only what the script needs on PATH.
func withoutGo(t *testing.T, r *runner) {
	if runtime.GOOS == "windows" {
		t.Skip("links to programs don't run there")
	}
	r.env["DOWNLOAD_URL"] += "elsewhere"
	if err := os.Remove(r.fakeGo); err != nil {
		t.Fatal(err)
	}
	r.env["PATH"] = filepath.Dir(r.fakeGo)
	for _, tool := range []string{"cat", "chmod", "cp", "curl", "cut", "env", "grep", "mkdir", "mktemp", "mv", "sed", "sha256sum", "shasum"} {
		if path, err := exec.LookPath(tool); err == nil {
			if err := os.Symlink(path, filepath.Join(r.env["PATH"], tool)); err != nil {
				t.Fatal(err)
			}
		}
	}
}
