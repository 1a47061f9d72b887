package cli_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/cli"
	"github.com/scangate/scangate/internal/git/gittest"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/transport/transporttest"
)

// noting is a service whose templates say what it finds in them: a line "# alert SEVERITY SUMMARY |
// DETAILS" is an alert, and a line "# broken" ends the scan without success. The id of a scan is a
// hash of what was sent. Everything else is the emulator's.
type noting struct {
	// takes is how long a scan takes.
	takes time.Duration

	mu       sync.Mutex
	scans    map[string]string
	began    map[string]time.Time
	emulator http.Handler
	// uploads counts the submissions of templates.
	uploads atomic.Int64
}

func newNoting() *noting {
	return &noting{scans: map[string]string{}, began: map[string]time.Time{}, emulator: optixInMemory(nil)}
}

func (s *noting) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	scan := r.URL.Query().Get("scan_id")
	switch {
	case strings.HasSuffix(r.URL.Path, iacStatus) && s.isOngoing(scan):
		fmt.Fprint(w, `{"processing_ongoing":true,"success":false,"error":null}`)
	case strings.HasSuffix(r.URL.Path, iacStatus):
		broken := strings.Contains(s.content(scan), "\n# broken")
		fmt.Fprintf(w, `{"processing_ongoing":false,"success":%t,"error":%s}`, !broken, map[bool]string{true: `"broken"`, false: "null"}[broken])
	case strings.HasSuffix(r.URL.Path, iacReport):
		alerts := []map[string]string{}
		for line := range strings.Lines(s.content(scan)) {
			if text, ok := strings.CutPrefix(line, "# alert "); ok {
				severity, text, _ := strings.Cut(strings.TrimSpace(text), " ")
				summary, details, _ := strings.Cut(text, " | ")
				alerts = append(alerts, map[string]string{"scanID": scan, "criticalLevel": severity, "alertSummary": summary, "alertDetails": details})
			}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"alerts": alerts})
	case strings.HasSuffix(r.URL.Path, submitIaC):
		fmt.Fprintf(w, `{"scan_id":%q,"summary":null}`, s.take(r))
	default:
		s.emulator.ServeHTTP(w, r)
	}
}

func (s *noting) content(scan string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.scans[scan]
}

func (s *noting) isOngoing(scan string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Since(s.began[scan]) < s.takes
}

func (s *noting) take(r *http.Request) string {
	s.uploads.Add(1)
	var all bytes.Buffer
	if parts, err := r.MultipartReader(); err == nil {
		for part, err := parts.NextPart(); err == nil; part, err = parts.NextPart() {
			_, _ = fmt.Fprintln(&all, part.Header)
			_, _ = io.Copy(&all, part)
		}
	}
	id := fmt.Sprintf("scan-%x", sha256.Sum256(all.Bytes()))[:40]
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scans[id], s.began[id] = "\n"+all.String(), time.Now()
	return id
}

// notedTree draws a tree and a policy.
func notedTree(r *rand.Rand) map[string]string {
	files := map[string]string{}
	summaries := []string{"Open bucket", "Open port", "No tags"}
	severities := []string{"CRITICAL", "HIGH", "MEDIUM", "LOW", "ODD"}
	for folder := range 1 + r.IntN(12) {
		dir := strings.Repeat("nested/", r.IntN(2)) + fmt.Sprintf("f%d", folder)
		for file := range 1 + r.IntN(3) {
			name := fmt.Sprintf("%s/%s", dir, []string{"main.tf", fmt.Sprintf("own%d.tf", folder), "net.tf"}[file])
			var b strings.Builder
			fmt.Fprintf(&b, "resource \"aws_s3_bucket\" \"b%d\" {\n  bucket = \"x\"\n}\n", folder)
			for range r.IntN(4) {
				where := []string{
					fmt.Sprintf(" (Ref: aws_s3_bucket.b%d, File: %s)", folder, filepath.Base(name)),
					"", // equal in every folder, and in no file
					fmt.Sprintf(" (Ref: aws_s3_bucket.gone, File: %s)", filepath.Base(name)),
				}[r.IntN(3)]
				fmt.Fprintf(&b, "# alert %s %s | somewhere%s\n", severities[r.IntN(len(severities))], summaries[r.IntN(len(summaries))], where)
			}
			if r.IntN(25) == 0 {
				b.WriteString("# broken\n")
			}
			files[name] = b.String()
		}
	}
	for i := range r.IntN(3) {
		files[fmt.Sprintf("d%d/Dockerfile", i)] = "FROM nginx:1.2" + fmt.Sprint(r.IntN(6)) + "\n"
	}
	if r.IntN(2) == 0 {
		files["k/pod.yaml"] = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: a, image: \"nginx:1.25\"}, {name: b, image: \"redis:5\"}]\n"
	}
	for name, content := range map[string]string{
		"f1/x.tfvars":                 "x = 1\n",
		"charts/app/Chart.yaml":       "apiVersion: v2\nname: app\nversion: 1.0.0\n", // not sent
		"charts/app/templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\n",
		"f2/unfinished.tf":            "resource \"a\" {\n",     // can't be parsed
		"Dockerfile.arg":              "ARG BASE\nFROM $BASE\n", // without a value
		"legacy/main.tf":              bucketTF,                 // excluded
	} {
		if r.IntN(4) == 0 {
			files[name] = content
		}
	}
	files[".scangate.yaml"] = notedPolicy(r, summaries)
	return files
}

// earlierTree is a tree as it was before: without some alerts, and with folders of other names.
func earlierTree(r *rand.Rand, tree map[string]string) map[string]string {
	before := map[string]string{}
	for name, content := range tree {
		if r.IntN(3) == 0 {
			name = strings.Replace(name, "f", "g", 1)
		}
		if at := strings.LastIndex(content, "# alert"); at > 0 && r.IntN(2) == 0 {
			content = content[:at]
		}
		before[name] = content
	}
	before[".scangate.yaml"] = "version: 1\n"
	return before
}

// baselineOf records the baseline of a tree.
func baselineOf(t *testing.T, tree map[string]string) string {
	t.Helper()
	dir, path := treeOf(t, tree), filepath.Join(t.TempDir(), "baseline.json")
	synctest.Test(t, func(t *testing.T) {
		network := transporttest.Serve(t, newNoting())
		scanOf(t, dir, plainEndpoint, func(s *cli.System) { s.Dial = network.Dial }, "--write-baseline", path, "--timeout", "9m", "--quiet")
	})
	return path
}

func notedPolicy(r *rand.Rand, summaries []string) string {
	policy := "version: 1\ntargets: {exclude: [\"legacy/**\"]}\nlimits:\n  fail-on: " + []string{"none", "critical", "high"}[r.IntN(3)] + "\n"
	policy += fmt.Sprintf("  max: {critical: %d, \"iac:medium\": %d, not-sent: 0}\n", r.IntN(60), r.IntN(4))
	if r.IntN(2) == 0 {
		policy += fmt.Sprintf("  paths: [{path: \"nested/**\", max: {high: %d}}]\n", r.IntN(4))
	}
	if r.IntN(2) == 0 {
		policy += fmt.Sprintf("waivers:\n  - {rule: %s, path: \"*/**\", max: %d, reason: r, owner: o, expires: 2099-01-01}\n",
			result.RuleID(summaries[r.IntN(len(summaries))]), 1+r.IntN(3))
	}
	if r.IntN(2) == 0 {
		policy += "alerts:\n  - {source: cloud-optix, max: {critical: 99, high: 99}}\n"
	}
	return policy
}

// sharded is what became of one run, and of the shards of another one of the same tree.
type sharded struct {
	whole, joined map[string]string // reports by format, and the verdict line
	shards        []string          // the saved results
	codes         []int             // the exit codes of the shards
}

var shardReports = []string{"json", "sarif-full", "junit", "html", "markdown", "csv", "gitlab-codequality", "console"}

// runShards scans a folder as a whole, and in n shards that are joined in another order.
func runShards(t *testing.T, dir string, n int, args ...string) sharded {
	t.Helper()
	out := t.TempDir()
	var s sharded
	synctest.Test(t, func(t *testing.T) {
		network := transporttest.Serve(t, newNoting())
		scan := func(args ...string) ran {
			inGit := func(s *cli.System) { s.Dial, s.Environ = network.Dial, append(s.Environ, gittest.Env()...) }
			return scanOf(t, dir, plainEndpoint, inGit, append(args, "--timeout", "9m", "--no-progress")...)
		}
		one := filepath.Join(out, "one.json")
		scan(append(args, "-o", "json="+one)...)
		for i := range n {
			path := filepath.Join(out, fmt.Sprintf("shard-%d.json", n-i))
			r := scan(append(args, "--shard", fmt.Sprintf("%d/%d", n-i, n), "-o", "json="+path)...)
			if !strings.Contains(verdictLine(r), fmt.Sprintf("scangate: SHARD %d/%d (exit %d", n-i, n, r.code)) || !slices.Contains([]int{0, 1, 3}, r.code) {
				t.Errorf("a shard ends with exit %d: %s", r.code, r.stderr)
			}
			s.shards, s.codes = append(s.shards, path), append(s.codes, r.code)
		}
		s.whole, s.joined = decided(t, filepath.Join(out, "w"), one), decided(t, filepath.Join(out, "j"), s.shards...)
	})
	return s
}

// decided takes the verdict on saved results, and returns its reports.
func decided(t *testing.T, out string, results ...string) map[string]string {
	t.Helper()
	if err := os.MkdirAll(out, 0o755); err != nil {
		t.Fatal(err)
	}
	args := append([]string{"verdict"}, results...)
	for _, format := range shardReports {
		args = append(args, "-o", format+"="+filepath.Join(out, format))
	}
	r := runOf(t, nil, args...)
	reports := map[string]string{"line": verdictLine(r), "exit": fmt.Sprint(r.code)}
	for _, format := range shardReports {
		text, err := os.ReadFile(filepath.Join(out, format))
		if err != nil {
			t.Fatalf("%v\n%s", err, r.stderr)
		}
		reports[format] = masked(string(text))
	}
	return reports
}

// masked removes what differs between two runs of the same tree: times, ids of the emulator, seals.
func masked(text string) string {
	for _, pattern := range []string{
		`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[^" <]*( UTC)?`, `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`, `"seal": "[0-9a-f]+"`, `time="[^"]*"`, `<dt>Took</dt><dd>[^<]*`,
	} {
		text = regexp.MustCompile(pattern).ReplaceAllString(text, "…")
	}
	return text
}

// The shards of a run, joined, are that run: the same verdict, and the same reports.
func TestShardsAreOneRun(t *testing.T) {
	t.Parallel()
	// In the first ones a shard would fail alone if it took for worse or new what others explain.
	seeds := []int{73, 136, 145}
	for seed := range 30 {
		seeds = append(seeds, seed)
	}
	if testing.Short() {
		seeds = seeds[:9]
	}
	for _, seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(uint64(seed), 0))
			tree, args := notedTree(r), []string(nil)
			before := earlierTree(r, tree)
			// No baseline is written if the earlier tree has no answer.
			if path := baselineOf(t, before); exists(path) && r.IntN(2) == 0 {
				args = []string{"--baseline", path}
			}
			dir := treeOf(t, tree)
			if r.IntN(3) == 0 {
				before[".scangate.yaml"] = notedPolicy(r, []string{"Open bucket", "No tags"})
				dir = historyOf(t, before, tree)
				args = append(args, [][]string{{"--new-from", "HEAD~1"}, {"--policy-from", "HEAD~1"}, {"--new-from", "HEAD~1", "--policy-from", "HEAD~1"}}[r.IntN(3)]...)
			}
			s := runShards(t, dir, 1+r.IntN(6), args...)
			for _, name := range slices.Sorted(maps.Keys(s.whole)) {
				if diff := cmp.Diff(s.whole[name], s.joined[name]); diff != "" {
					t.Errorf("%s (-one run +shards):\n%s", name, diff)
				}
			}
			worst := map[string]bool{"1": slices.Contains(s.codes, 1), "3": slices.Contains(s.codes, 3)}
			if exit := s.whole["exit"]; worst["1"] && exit != "1" || worst["3"] && exit != "3" && exit != "1" || exit == "3" && !worst["3"] {
				t.Errorf("the shards exit with %d, and the run with %s", s.codes, exit)
			}
		})
	}
}

// historyOf returns a repository with a commit of each tree.
func historyOf(t *testing.T, trees ...map[string]string) string {
	t.Helper()
	g := gittest.New(t)
	for _, tree := range trees {
		g.Git("rm", "--quiet", "-r", "--ignore-unmatch", ".")
		for name, content := range tree {
			g.Write(name, content)
		}
		g.Commit()
	}
	return g.Dir
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// A verdict needs each shard of one run, once, as scan wrote it.
func TestShardsThatDoNotBelongTogether(t *testing.T) {
	t.Parallel()
	tree := notedTree(rand.New(rand.NewPCG(3, 0)))
	for i := range 9 {
		tree[fmt.Sprintf("g%d/main.tf", i)] = bucketTF
	}
	s, other := runShards(t, treeOf(t, tree), 3), runShards(t, treeOf(t, tree), 2)
	policy := runShards(t, treeOf(t, tree), 3, "--max", "low=7").shards
	tree["new/main.tf"] = bucketTF
	plan := runShards(t, treeOf(t, tree), 3).shards
	a, b, c := s.shards[0], s.shards[1], s.shards[2] // 3/3, 2/3, 1/3
	for name, tt := range map[string]struct {
		results []string
		says    string
	}{
		"one is missing":              {[]string{a, c}, "no verdict: missing shards: 2/3; fix: give the results of all 3 shards"},
		"all but one are missing":     {[]string{b}, "no verdict: missing shards: 1/3, 3/3; fix:"},
		"one is doubled":              {[]string{a, b, b}, "is shard 2/3, and so is"},
		"one more than all":           {[]string{a, b, c, a}, "is shard 3/3, and so is"},
		"another number of shards":    {[]string{a, b, other.shards[1]}, "it is shard 1/2, and not one of 3"},
		"another policy":              {[]string{a, b, policy[2]}, "it was judged by another policy"},
		"another plan":                {[]string{a, plan[1], c}, "it has another plan"},
		"another commit":              {[]string{a, changed(t, b, `"branch": "main"`, `"branch": "next"`), c}, "forged"},
		"a finding less":              {[]string{a, b, changed(t, c, `"severity": "high"`, `"severity": "low"`)}, "not a valid result"},
		"a row that is another shard": {[]string{a, changed(t, b, `"index": 2`, `"index": 1`), c}, "not a valid result"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			runOf(t, nil, append([]string{"verdict"}, tt.results...)...).wants(t, 2, tt.says)
		})
	}
	r := rand.New(rand.NewPCG(1, 0))
	for range 60 {
		text, err := os.ReadFile(b)
		if err != nil {
			t.Fatal(err)
		}
		at := r.IntN(len(text))
		text[at] ^= 1 << r.IntN(7)
		path := filepath.Join(t.TempDir(), "b.json")
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		if r := runOf(t, nil, "verdict", a, path, c, "-q"); r.code != 2 {
			t.Errorf("a changed byte at %d: exit %d: %s", at, r.code, r.stderr)
		}
	}
	withoutKey := func(s *cli.System) { s.Environ = []string{"CI=true"} }
	relabel := changed(t, b, `"branch": "main"`, `"branch": "next"`)
	runOf(t, withoutKey, "verdict", a, relabel, c).wants(t, 2, "it is of another commit, branch or repository")
	const notOnePlan = "the shards are not all rows of one plan; fix: use the files as scan wrote them, or scan again"
	text, err := os.ReadFile(b)
	name := regexp.MustCompile(`"name": "g\d/main.tf"`).Find(text)
	if err != nil || name == nil {
		t.Fatalf("%s has no such row: %v", b, err)
	}
	renamed := changed(t, b, string(name), `"name": "other/main.tf"`)
	runOf(t, withoutKey, "verdict", a, renamed, c).wants(t, 2, notOnePlan)
	place := regexp.MustCompile(`"rows": \[\s*\d+`).Find(text)
	runOf(t, withoutKey, "verdict", a, changed(t, b, string(place), `"rows": [0`), c).wants(t, 2, notOnePlan)
	dropped := changed(t, b, `"rows": [`, `"rows": [0,`)
	runOf(t, withoutKey, "verdict", a, dropped, c).wants(t, 2, "shard.rows")
	if r := runOf(t, withoutKey, "verdict", a, b, c); r.code == 2 || !strings.Contains(verdictLine(r), "UNSEALED") {
		t.Errorf("without the key: exit %d: %s", r.code, r.stderr)
	}
}

// changed returns a copy of a file in which a text is replaced once.
func changed(t *testing.T, path, old, replacement string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil || !bytes.Contains(text, []byte(old)) {
		t.Fatalf("%s has no %s: %v", path, old, err)
	}
	path = filepath.Join(t.TempDir(), "r.json")
	if err := os.WriteFile(path, bytes.Replace(text, []byte(old), []byte(replacement), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// What one shard can't know is refused before anything is sent.
func TestShardFlags(t *testing.T) {
	t.Parallel()
	dir := treeOf(t, map[string]string{"main.tf": bucketTF})
	saved := "json=" + filepath.Join(t.TempDir(), "r.json")
	for name, tt := range map[string]struct {
		args, env []string
		says      string
	}{
		"nothing saves it":   {[]string{"--shard", "1/2"}, nil, "--shard 1/2: nothing saves the result, which scangate verdict needs; fix: add -o json=shard-1.json"},
		"a baseline":         {[]string{"--shard", "1/2", "-o", saved, "--write-baseline", "b.json"}, nil, "--write-baseline: one shard does not know all findings; fix: give it to scangate verdict"},
		"a comment":          {[]string{"--shard", "1/2", "-o", saved, "--comment"}, nil, "--comment: one shard does not know all findings"},
		"no number":          {[]string{"--shard", "two", "-o", saved}, nil, `--shard: must be I/N with 1 <= I <= N <= 1000, for example 2/8, or auto, got "two"`},
		"from zero":          {[]string{"--shard", "0/2", "-o", saved}, nil, "must be I/N"},
		"beyond the last":    {[]string{"--shard", "3/2", "-o", saved}, nil, "must be I/N"},
		"auto, and no host":  {[]string{"--shard", "auto", "-o", saved}, nil, "--shard auto: the CI host (plain) does not number this job: CI_NODE_INDEX is not set; fix: --shard I/N"},
		"auto, and no total": {[]string{"--shard", "auto", "-o", saved}, []string{"CIRCLECI=true", "CIRCLE_NODE_INDEX=0"}, "CIRCLE_NODE_TOTAL is not set"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			environ := func(s *cli.System) { s.Environ = append(s.Environ, tt.env...) }
			scanOf(t, dir, "embedded", environ, tt.args...).wants(t, 2, tt.says)
		})
	}
	node := func(s *cli.System) {
		s.Environ = append(s.Environ, "GITLAB_CI=true", "CI_NODE_INDEX=2", "CI_NODE_TOTAL=2", "SCANGATE_SHARD=auto")
	}
	synctest.Test(t, func(t *testing.T) {
		scanOf(t, dir, "embedded", node, "-o", saved, "-o", "sarif="+filepath.Join(t.TempDir(), "x.sarif")).
			wants(t, 0, "SHARD 2/2 (exit 0): no target in this share", "sarif: not written: this is one of several shards")
	})
}

// Eight shards take at most a sixth of the time of one run, if the service takes 20 s for each
// submission. The time is simulated.
func TestShardsTakeLessTime(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("512 submissions")
	}
	tree := map[string]string{}
	for i := range 256 {
		tree[fmt.Sprintf("m%d/main.tf", i)] = bucketTF // equal names are not sent together
	}
	dir, out := treeOf(t, tree), t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		service := newNoting()
		service.takes = 20 * time.Second
		network := transporttest.Serve(t, service)
		took := func(args ...string) time.Duration {
			r := scanOf(t, dir, plainEndpoint, func(s *cli.System) { s.Dial = network.Dial }, append(args, "--timeout", "9h", "--no-progress", "-q")...)
			r.wants(t, 0)
			return r.took
		}
		whole, slowest := took(), time.Duration(0)
		for i := range 8 {
			slowest = max(slowest, took("--shard", fmt.Sprintf("%d/8", i+1), "-o", fmt.Sprintf("json=%s/%d.json", out, i)))
		}
		if slowest*6 > whole {
			t.Errorf("the slowest of 8 shards takes %v, and one run %v", slowest, whole)
		}
		t.Logf("the slowest of 8 shards takes %v, and one run %v", slowest, whole)
	})
}

// A signal may end a shard before it knows its plan: it has no rows that could be joined.
func TestShardWithoutAPlan(t *testing.T) {
	t.Parallel()
	dir, saved := treeOf(t, map[string]string{"main.tf": bucketTF}), filepath.Join(t.TempDir(), "1.json")
	synctest.Test(t, func(t *testing.T) {
		signals, once := make(chan os.Signal, 1), sync.Once{}
		scanOf(t, dir, plainEndpoint, func(s *cli.System) {
			s.Signals = signals
			s.Now = func() time.Time {
				once.Do(func() { signals <- syscall.SIGTERM })
				synctest.Wait() // until the run has noticed
				return time.Now()
			}
		}, "--shard", "1/2", "-o", "json="+saved).wants(t, 143, "SHARD 1/2 (exit 143, interrupted)")
	})
	runOf(t, nil, "verdict", saved).wants(t, 2, "USAGE (exit 2): "+saved+": shard 1/2 ended before its plan was known; fix: run it again")
}
