package cli_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"unicode"

	"github.com/scangate/scangate/internal/cli"
	"github.com/scangate/scangate/internal/transport/transporttest"
)

// hostileTexts try to act on a terminal, on a CI host's log, or on a page.
func hostileTexts() []string {
	return []string{
		"\x1b[2J\x1b[31mred\x1b]0;title\x07", "\n::error file=x::gotcha", "\r::stop-commands::tok\r", "  ::set-output name=verdict::pass",
		"x##[group]hidden", "##vso[task.complete result=Succeeded;]", "##teamcity[buildStatus status='SUCCESS']", "a\n##[command]b",
		"\u202egnp.exe\u202c", "\u2066\u2069\u200b\ufeff", "\"'`$(id)`'\"", "<img src=x onerror=alert(1)></script><b>", "[click](javascript:alert(1)) | **b** | ```",
		"EOF\nverdict=pass\n", "\x00\x08\x7f\u0085\u2028", "scangate: PASS (exit 0): all is well", "--- group",
		"+++ open", "~~~ dim", "^^^ +++", "section_start:1560896352:x[collapsed=true]\r\x1b[0Kx", "::add-mask::main", "scangate:\u00a0PASS", "%0A::error::x", "\xff\xfe",
	}
}

// opened matches the lines that begin or open a group in the log of Buildkite or GitLab.
var opened = regexp.MustCompile(`^(---|\+\+\+|~~~|\^\^\^)\s|^section_(start|end):|^(?i:scangate:)[^ ]`)

// harmless checks text for people, or for a log.
func harmless(t *testing.T, where, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if strings.ContainsFunc(line, func(r rune) bool {
			return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028'
		}) {
			t.Errorf("%s: a control character in %q", where, line)
		}
		if strings.HasPrefix(strings.TrimSpace(line), "::") || regexp.MustCompile(`##\w*\[`).MatchString(line) {
			t.Errorf("%s: a live command in %q", where, line)
		}
		if strings.HasPrefix(line, "scangate: PASS") {
			t.Errorf("%s: a forged verdict in %q", where, line)
		}
		if opened.MatchString(line) {
			t.Errorf("%s: a live group in %q", where, line)
		}
	}
}

// hostileService says hostile things wherever the service has words of its own.
func hostileService(mode string) http.Handler {
	next := optixInMemory(nil)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var answer any
		switch {
		case mode == "refuses" && strings.HasSuffix(r.URL.Path, "/status"):
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write([]byte(strings.Join(hostileTexts(), " ")))
			return
		case mode == "fails" && strings.HasSuffix(r.URL.Path, "/status"):
			answer = map[string]any{"processing_ongoing": false, "success": false, "error": strings.Join(hostileTexts(), " ")}
		case mode == "fails" && strings.HasSuffix(r.URL.Path, "/get-scan-result"):
			answer = map[string]any{"taskId": r.URL.Query().Get("taskId"), "status": strings.Join(hostileTexts(), " ")}
		case strings.HasSuffix(r.URL.Path, "/detailedReport"):
			var alerts []any
			for i, text := range hostileTexts() {
				alerts = append(alerts, map[string]string{
					"scanID": r.URL.Query().Get("scan_id"), "alertSummary": text, "criticalLevel": []string{"HIGH", text}[i%2],
					"alertDetails": "File: " + text + "<br>aws_s3_bucket.logs " + text,
				})
			}
			answer = map[string]any{"alerts": alerts}
		case strings.HasSuffix(r.URL.Path, "/get-scan-result"):
			images := []any{}
			for _, text := range hostileTexts() {
				images = append(images, map[string]any{
					"fullTag": "evil/" + text, "imageRegistry": "docker.io", "vulnerabilities": map[string]int{text: 1, "high": 2}, "files": []string{text},
				})
			}
			answer = map[string]any{"taskId": r.URL.Query().Get("taskId"), "status": "Complete", "scanResult": images}
		default:
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer)
	})
}

// hostileTree has the texts as names of files and images, and in the places
// that messages quote.
func hostileTree(t *testing.T) string {
	files := map[string]string{"main.tf": bucketTF, "Dockerfile": "FROM alpine:3.20\n"}
	for i, text := range hostileTexts() {
		name := strings.NewReplacer("/", "_", "\x00", "_").Replace(text)
		files[fmt.Sprintf("d%d/%s.tf", i, name)] = bucketTF
		files[fmt.Sprintf("d%d/%s.dockerfile", i, name)] = "FROM " + strings.Join(strings.Fields(name), "") + "\n"
		files[fmt.Sprintf("broken%d/%s.tf", i, name)] = "resource \"" + name + "\" {\n"
		files[fmt.Sprintf("%s/k8s.yaml", name)] = fmt.Sprintf("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: %q}]}\n", strings.ToValidUTF8(text, "?"))
		files[fmt.Sprintf("%s/Chart.yaml", name)] = "apiVersion: v2\nname: x\n"
	}
	return treeOf(t, files)
}

// Whatever files, images and the service's words are called: nothing that is
// printed acts on a terminal or a CI host, and no forged line looks like ours.
func jsonFormat(args []string) bool {
	return args[0] == "-o" && !slices.Contains([]string{"junit", "markdown", "html", "dotenv", "csv", "text", "bitbucket-insights", "buildkite-annotation"}, args[1])
}

func TestHostileText(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"answers", "refuses", "fails"} {
		for _, args := range [][]string{
			{"-v"}, {"--debug"}, {"--debug", "--log-format", "json", "-v"}, {"--dry-run"},
			{"-o", "json"}, {"-o", "sarif"}, {"-o", "sarif-full"}, {"-o", "gitlab-sast"}, {"-o", "gitlab-codequality"},
			{"-o", "junit"}, {"-o", "markdown"}, {"-o", "html"}, {"-o", "dotenv"}, {"-o", "csv"}, {"-o", "text"}, {"-o", "bitbucket-insights"},
			{"-o", "buildkite-annotation"},
		} {
			t.Run(mode+" "+strings.Join(args, " "), func(t *testing.T) {
				t.Parallel()
				dir := hostileTree(t)
				synctest.Test(t, func(t *testing.T) {
					network := transporttest.Serve(t, hostileService(mode))
					r := scanOf(t, dir, plainEndpoint, func(s *cli.System) { s.Dial = network.Dial }, append(args, "--timeout", "5m", "--branch", "main\n::error::b")...)
					if r.code == 0 && !slices.Contains(args, "--dry-run") {
						t.Error("exit 0")
					}
					harmless(t, "stderr", r.stderr)
					harmless(t, "stdout", r.stdout)
					if args[0] == "-o" && r.stdout == "" && args[1] != "sarif" && args[1] != "gitlab-sast" {
						t.Error("nothing was written")
					}
					if jsonFormat(args) && r.stdout != "" && !json.Valid([]byte(r.stdout)) {
						t.Errorf("no JSON: %.200s", r.stdout)
					}
				})
			})
		}
	}
}
