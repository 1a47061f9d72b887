package config

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
)

func env(kv ...string) func(string) string {
	m := map[string]string{}
	for i := 0; i+1 < len(kv); i += 2 {
		m[kv[i]] = kv[i+1]
	}
	return func(name string) string { return m[name] }
}

func mustFile(t *testing.T, text string) *File {
	t.Helper()
	f, err := ParseFile(".scangate.yaml", ".scangate.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestPrecedence(t *testing.T) {
	t.Parallel()
	file := mustFile(t, "version: 1\ntimeout: 4m\n")
	action := []string{"GITHUB_ACTIONS", "true"}
	tests := map[string]struct {
		flags  Flags
		env    []string
		file   *File
		want   time.Duration
		origin string
	}{
		"default":                 {want: 30 * time.Minute, origin: "default of --timeout"},
		"file":                    {file: file, want: 4 * time.Minute, origin: ".scangate.yaml:2:10: timeout"},
		"environment over file":   {env: []string{"SCANGATE_TIMEOUT", "3m"}, file: file, want: 3 * time.Minute, origin: "SCANGATE_TIMEOUT"},
		"empty variable is unset": {env: []string{"SCANGATE_TIMEOUT", ""}, file: file, want: 4 * time.Minute, origin: ".scangate.yaml:2:10: timeout"},
		"flag over environment":   {flags: Flags{"timeout": {"2m"}}, env: []string{"SCANGATE_TIMEOUT", "3m"}, file: file, want: 2 * time.Minute, origin: "--timeout"},
		"last flag counts":        {flags: Flags{"timeout": {"2m", "1m"}}, want: time.Minute, origin: "--timeout"},
		"input in an action":      {env: append(action, "INPUT_TIMEOUT", "5m", "SCANGATE_TIMEOUT", "3m"), want: 5 * time.Minute, origin: "INPUT_TIMEOUT"},
		"empty input is unset":    {env: append(action, "INPUT_TIMEOUT", "", "SCANGATE_TIMEOUT", "3m"), want: 3 * time.Minute, origin: "SCANGATE_TIMEOUT"},
		"input outside an action": {env: []string{"INPUT_TIMEOUT", "5m"}, want: 30 * time.Minute, origin: "default of --timeout"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := Resolve(Settings(Scan), tt.flags, env(tt.env...), tt.file)
			if err != nil {
				t.Fatal(err)
			}
			if c.Timeout != tt.want || c.Origin("timeout").String() != tt.origin {
				t.Errorf("timeout %v from %q, want %v from %q", c.Timeout, c.Origin("timeout"), tt.want, tt.origin)
			}
		})
	}
}

func TestInputWithHyphen(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"INPUT_FAIL-ON", "INPUT_FAIL_ON"} {
		c, err := Resolve(Settings(Scan), nil, env("GITHUB_ACTIONS", "true", name, "low"), nil)
		if err != nil {
			t.Fatal(err)
		}
		want := []result.LimitSource{
			{Strength: result.FromVariables, FailOn: &result.FailOn{Severity: new(result.Low), Origin: result.Origin{Setting: name}}},
			failOnHigh(),
		}
		if diff := cmp.Diff(want, c.Policy.Sources); diff != "" {
			t.Errorf("%s=low (-want +got):\n%s", name, diff)
		}
	}
}

func TestRepeatableVariablesTakeAValueALine(t *testing.T) {
	t.Parallel()
	c, err := Resolve(Settings(Scan), nil, env("SCANGATE_EXCLUDE", " a/{b,c}/** \n\nd\n", "SCANGATE_BUILD_ARG", "A=1\nB=x=y"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a/{b,c}/**", "d"}, patterns(c.Exclude)); diff != "" {
		t.Errorf("exclude (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"A=1", "B=x=y"}, argsOf(c)); diff != "" {
		t.Errorf("build args (-want +got):\n%s", diff)
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	c, err := Resolve(Settings(Scan), nil, env(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]result.LimitSource{failOnHigh()}, c.Policy.Sources); diff != "" {
		t.Errorf("limits (-want +got):\n%s", diff)
	}
	want := map[result.Kind]bool{result.KindDockerfile: true, result.KindImage: true, result.KindIaC: true}
	if diff := cmp.Diff(want, c.Only); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
	if c.Endpoint != DefaultEndpoint || c.OnError != ReactFail || c.OnNoCredentials != ReactFail || c.SoftFail || c.AllowEmpty || !slices.Equal(c.Platforms, []string{"linux/amd64"}) {
		t.Errorf("defaults %+v", c)
	}
	if c.Origin("fail-on").Given() {
		t.Error("a default counts as given")
	}
}

// failOnHigh is what the default states.
func failOnHigh() result.LimitSource {
	origin := result.Origin{Setting: result.DefaultSetting}
	return result.LimitSource{Strength: result.FromDefault, FailOn: &result.FailOn{Severity: new(result.High), Origin: origin}}
}

// Each source keeps what it states, strongest first, with the place of each statement.
func TestLimitsOfEachSource(t *testing.T) {
	t.Parallel()
	file := mustFile(t, "version: 1\nlimits:\n  fail-on: none\n  max:\n    high: 7\n    not-sent: 0\n")
	c, err := Resolve(Settings(Scan), Flags{"max": {"critical=0, high=5", "image:medium=100"}}, env("SCANGATE_FAIL_ON", "low", "SCANGATE_MAX", "low=3\nnot-sent=2"), file)
	if err != nil {
		t.Fatal(err)
	}
	flag, variable := result.Origin{Setting: "--max"}, result.Origin{Setting: "SCANGATE_MAX"}
	at := func(key string, line, column int) result.Origin {
		return result.Origin{Setting: key, Place: fmt.Sprintf(".scangate.yaml:%d:%d", line, column), Path: ".scangate.yaml", Line: line}
	}
	want := []result.LimitSource{{
		Strength: result.FromFlags,
		Max: []result.Limit{
			{Severity: result.Critical, Origin: flag}, {Severity: result.High, Max: 5, Origin: flag},
			{Kind: result.KindImage, Severity: result.Medium, Max: 100, Origin: flag},
		},
	}, {
		Strength: result.FromVariables,
		FailOn:   &result.FailOn{Severity: new(result.Low), Origin: result.Origin{Setting: "SCANGATE_FAIL_ON"}},
		Max:      []result.Limit{{Severity: result.Low, Max: 3, Origin: variable}},
		Numbers:  []result.NumberLimit{{Number: result.NumberNotSent, Max: 2, Origin: variable}},
	}, {
		Strength: result.FromFile,
		FailOn:   &result.FailOn{Origin: at("limits.fail-on", 3, 12)},
		Max:      []result.Limit{{Severity: result.High, Max: 7, Origin: at("limits.max", 5, 5)}},
		Numbers:  []result.NumberLimit{{Number: result.NumberNotSent, Origin: at("limits.max", 6, 5)}},
	}, failOnHigh()}
	if diff := cmp.Diff(want, c.Policy.Sources); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := c.Origin("fail-on").String(); got != "SCANGATE_FAIL_ON" {
		t.Errorf("the strongest fail-on is that of %s", got)
	}
}

// A flag that is repeated overrides itself; each limit is stated once.
func TestLastFailOn(t *testing.T) {
	t.Parallel()
	c, err := Resolve(Settings(Scan), Flags{"fail-on": {"low", "none"}}, env(), nil)
	if err != nil || c.Policy.Sources[0].FailOn.Severity != nil {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestBadValues(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		flags Flags
		env   []string
		want  string
	}{
		"severity":            {flags: Flags{"fail-on": {"hihg"}}, want: `--fail-on: unknown value "hihg"; did you mean "high"? fix: use critical, high, medium, low, info, none`},
		"fail on unknown":     {flags: Flags{"fail-on": {"unknown"}}, want: "--fail-on:"},
		"empty fail-on":       {flags: Flags{"fail-on": {""}}, want: "--fail-on:"},
		"kind":                {flags: Flags{"only": {"iac,docker"}}, want: `--only: unknown kind "docker"; did you mean "dockerfile"? fix: use dockerfile, image, iac`},
		"empty only":          {flags: Flags{"only": {""}}, want: `--only: unknown kind ""`},
		"max without number":  {flags: Flags{"max": {"high"}}, want: "--max:"},
		"max negative":        {flags: Flags{"max": {"high=-1"}}, want: "--max: high: must be an integer >= 0, got -1"},
		"max fraction":        {flags: Flags{"max": {"high=1.5"}}, want: "must be an integer >= 0, got 1.5"},
		"max huge":            {flags: Flags{"max": {"high=99999999999"}}, want: "must be an integer <= 2147483647, got 99999999999"},
		"max kind":            {flags: Flags{"max": {"docker:high=1"}}, want: "unknown kind"},
		"max twice":           {flags: Flags{"max": {"high=1", "high=2"}}, want: "duplicate limit for high"},
		"max trailing comma":  {flags: Flags{"max": {"high=1,"}}, want: "--max:"},
		"max not sent":        {flags: Flags{"max": {"not-sent=-1"}}, want: "--max: not-sent: must be an integer >= 0, got -1"},
		"max not sent, words": {flags: Flags{"max": {"not-sent"}}, want: "must be [KIND:]SEVERITY=N or not-sent=N"},
		"max not sent twice":  {flags: Flags{"max": {"not-sent=1", "not-sent=2"}}, want: "duplicate limit for not-sent"},
		"max not sent, kind":  {flags: Flags{"max": {"iac:not-sent=1"}}, want: "unknown severity"},
		"switch word":         {env: []string{"SCANGATE_SOFT_FAIL", "yes"}, want: `SCANGATE_SOFT_FAIL: must be true or false, got "yes"`},
		"switch case":         {env: []string{"SCANGATE_DRY_RUN", "True"}, want: "must be true or false"},
		"reaction":            {flags: Flags{"on-error": {"ignore"}}, want: `unknown value "ignore"; fix: use fail, warn`},
		"two on stdout":       {flags: Flags{"output": {"json", "sarif"}}, want: "only one report can go to standard output"},
		"same path":           {flags: Flags{"output": {"json=a", "sarif=a"}}, want: "duplicate path a"},
		"empty path":          {flags: Flags{"output": {"json="}}, want: "the path after = is empty"},
		"timeout zero":        {flags: Flags{"timeout": {"0s"}}, want: "must be a duration > 0"},
		"timeout number":      {flags: Flags{"timeout": {"30"}}, want: "must be a duration > 0"},
		"build arg":           {flags: Flags{"build-arg": {"BASE"}}, want: "must be NAME=VALUE"},
		"build arg, no name":  {flags: Flags{"build-arg": {"=x"}}, want: "must be NAME=VALUE"},
		"build arg, no path":  {flags: Flags{"build-arg": {":A=x"}}, want: `--build-arg: must be NAME=VALUE or DOCKERFILE:NAME=VALUE, got ":A=x"`},
		"build arg, no file":  {flags: Flags{"build-arg": {"docker/api:=x"}}, want: "must be NAME=VALUE or DOCKERFILE:NAME=VALUE"},
		"platform":            {flags: Flags{"platform": {"arm64"}}, want: "must be OS/ARCH"},
		"second platform":     {flags: Flags{"platform": {"linux/amd64,arm64"}}, want: `must be OS/ARCH, for example linux/arm64, got "arm64"`},
		"empty platform":      {flags: Flags{"platform": {""}}, want: "must be OS/ARCH"},
		"log format":          {flags: Flags{"log-format": {"xml"}}, want: `unknown value "xml"; fix: use text, json`},
		"category":            {flags: Flags{"category": {"//"}}, want: "must be a name, for example scangate/infra/"},
		"control in category": {flags: Flags{"category": {"a\nb"}}, want: "must be a name, for example scangate/infra/"},
		"sarif profile":       {flags: Flags{"sarif-profile": {"azure"}}, want: `unknown value "azure"; fix: use github, gitlab`},
		"empty branch":        {flags: Flags{"branch": {" "}}, want: "--branch: must not be empty; fix: give a value, or leave the setting out"},
		"empty committer":     {flags: Flags{"committer-name": {""}}, want: "--committer-name: must not be empty"},
		"empty repository":    {flags: Flags{"repo-url": {""}}, want: "--repo-url: must not be empty"},
		"repository":          {flags: Flags{"repo-url": {"acme/shop"}}, want: "--repo-url: must be an address that git clones, for example https://git.example/team/app"},
		"no host":             {flags: Flags{"repo-url": {"https:///shop"}}, want: "--repo-url: must be an address that git clones"},
		"repository in a variable": {
			env: []string{"SCANGATE_REPO_URL", "shop"}, want: "SCANGATE_REPO_URL: must be an address that git clones",
		},
		"empty exclude":      {flags: Flags{"exclude": {""}}, want: "must not be empty"},
		"empty excluded":     {flags: Flags{"exclude-image": {""}}, want: `must be a repository, an image or a glob, got ""`},
		"bad glob of images": {flags: Flags{"exclude-image": {"a[b"}}, want: `--exclude-image: must be a repository, an image or a glob, got "a[b"`},
		"glob of images": {
			flags: Flags{"exclude-image": {"acme/**"}},
			want: `--exclude-image: "acme/**" is a glob, which needs a reason; fix: name a repository, ` +
				`or write in the config file: targets.exclude: [{images: "acme/**", reason: WHY}]`,
		},
		"empty image":  {flags: Flags{"image": {""}}, want: "must not be empty"},
		"min severity": {flags: Flags{"min-severity": {"x"}}, want: "unknown severity"},
		"tolerate": {
			flags: Flags{"tolerate": {"report-error", "all"}},
			want:  `--tolerate: unknown value "all"; fix: use summary-mismatch, success-with-error, report-error, files-scanned-zero, alert-count`,
		},
		"empty tolerate":      {flags: Flags{"tolerate": {""}}, want: `--tolerate: unknown value ""; fix: use summary-mismatch`},
		"unknown severity as": {flags: Flags{"unknown-severity": {"x"}}, want: "unknown severity"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Resolve(Settings(Scan), tt.flags, env(tt.env...), nil)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

// All errors are reported at once, not one per run.
func TestBadValuesAreJoined(t *testing.T) {
	t.Parallel()
	_, err := Resolve(Settings(Scan), Flags{"fail-on": {"x"}, "timeout": {"y"}}, env(), nil)
	if err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("error %v, want two lines", err)
	}
}

func TestFileValueErrorsNameTheirPlace(t *testing.T) {
	t.Parallel()
	file := mustFile(t, "version: 1\nlimits:\n  max:\n    high: many\n")
	_, err := Resolve(Settings(Scan), nil, env(), file)
	if err == nil || !strings.HasPrefix(err.Error(), ".scangate.yaml:4:5: limits.max: ") {
		t.Errorf("error %v", err)
	}
}

func TestVerdictSettingsHaveNoPolicyDefaults(t *testing.T) {
	t.Parallel()
	c, err := Resolve(Settings(Verdict), nil, env(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Origin("fail-on").Given() || c.Policy.Sources != nil {
		t.Error("verdict would replace the saved limits by defaults")
	}
}

// What an answer may contradict is said on the command line, and nowhere else.
func TestTolerate(t *testing.T) {
	t.Parallel()
	variables := env("GITHUB_ACTIONS", "true", "SCANGATE_TOLERATE", "report-error", "INPUT_TOLERATE", "report-error")
	c, err := Resolve(Settings(Scan), nil, variables, nil)
	if err != nil || c.Tolerate != nil || c.Origin("tolerate").Given() {
		t.Errorf("from the environment: %v, %v", c.Tolerate, err)
	}
	c, err = Resolve(Settings(Alerts), Flags{"tolerate": {"alert-count", "report-error", "alert-count"}}, variables, nil)
	if diff := cmp.Diff([]result.Contradiction{result.AlertCount, result.ReportError}, c.Tolerate); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if got := UnknownVariables([]string{"SCANGATE_TOLERATE=x"}); len(got) != 1 {
		t.Error("the variable is not read, and nothing says so")
	}
	_, err = ParseFile("c.yaml", "", []byte("version: 1\ntolerate: report-error\n"))
	if err == nil || !strings.Contains(err.Error(), "fix: use --tolerate") || strings.Contains(err.Error(), "SCANGATE_TOLERATE") {
		t.Errorf("in the file: %v", err)
	}
}

func TestUnknownVariables(t *testing.T) {
	t.Parallel()
	got := UnknownVariables([]string{"SCANGATE_API_KEY=x", "SCANGATE_FAIL_ON=high", "SCANGATE_FAILON=low", "SCANGATE_EMPTY=", "PATH=/bin"})
	if diff := cmp.Diff([]string{"SCANGATE_FAILON"}, got); diff != "" {
		t.Errorf("unknown variables (-want +got):\n%s", diff)
	}
}

// The format of the log is known before the command line is parsed.
func TestLogFormat(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args string
		env  []string
		want string
	}{
		{"scan", nil, "text"},
		{"scan --log-format json", nil, "json"},
		{"--log-format=json scan", nil, "json"},
		{"scan --log-format=json --log-format text", nil, "text"},
		{"scan --log-format", nil, "text"},
		{"scan --log-format xml", nil, "text"},
		{"scan -- --log-format json", nil, "text"},
		{"scan", []string{"SCANGATE_LOG_FORMAT", "json"}, "json"},
		{"scan --log-format text", []string{"SCANGATE_LOG_FORMAT", "json"}, "text"},
		{"scan", []string{"INPUT_LOG_FORMAT", "json"}, "text"},
		{"scan", []string{"INPUT_LOG_FORMAT", "json", "GITHUB_ACTIONS", "true"}, "json"},
	} {
		if got := LogFormat(strings.Fields(tt.args), env(tt.env...)); got != tt.want {
			t.Errorf("%s with %v: %q, want %q", tt.args, tt.env, got, tt.want)
		}
	}
}

func TestFilePath(t *testing.T) {
	t.Parallel()
	if got := FilePath(Flags{"config": {"a.yaml"}}, env("SCANGATE_CONFIG", "b.yaml")); got != "a.yaml" {
		t.Errorf("flag: %q", got)
	}
	if got := FilePath(nil, env("SCANGATE_CONFIG", "b.yaml")); got != "b.yaml" {
		t.Errorf("environment: %q", got)
	}
	if got := FilePath(nil, env()); got != "" {
		t.Errorf("none: %q", got)
	}
}

// GitHub takes what stands before the last slash as the category, so there must be one.
func TestCategoryEndsInASlash(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{"a": "a/", "a/": "a/", "/a/b//": "a/b/"} {
		c, err := Resolve(Settings(Report), Flags{"category": {given}}, env(), nil)
		if err != nil || c.Category != want {
			t.Errorf("%q: %q, %v; want %q", given, c.Category, err, want)
		}
	}
	c, err := Resolve(Settings(Report), nil, env(), nil)
	if err != nil || c.Category != "" || c.SARIFProfile != ProfileGitHub {
		t.Errorf("by default %q for %q, %v", c.Category, c.SARIFProfile, err)
	}
}

func TestRepositories(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"https://git.example/team/app", "ssh://git@git.example:22/app", "git@git.example:team/app", "git.example:app", "/srv/app.git", "../app", "file:///srv/app", `C:\app`, " https://git.example/app ",
	} {
		if c, err := Resolve(Settings(Scan), Flags{"repo-url": {address}, "branch": {"b"}}, env(), nil); err != nil || c.RepoURL != address {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestPace(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]int{"": 10, "1": 1, "1000": 1000, "0": 0, "-1": 0, "1001": 0, "1.5": 0, "fast": 0} {
		var flags Flags
		if given != "" {
			flags = Flags{"pace": {given}}
		}
		c, err := Resolve(Settings(Scan), flags, env(), nil)
		if (err == nil) != (want > 0) || err == nil && c.Pace != want {
			t.Errorf("%q: %v, want %d", given, err, want)
		}
		if err != nil && !strings.Contains(err.Error(), "must be an integer from 1 to 1000") {
			t.Error(err)
		}
	}
}

// A flag adds an entry to those of the file, which keeps its own.
func TestSourcesOfFlags(t *testing.T) {
	t.Parallel()
	file, err := ParseFile("f", "", []byte("version: 1\nalerts:\n  - {source: netskope, days: 3}\n"))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the file is the same for both
		c, err := Resolve(AllSettings(), Flags{"source": {"cloud-optix", "zscaler-zpc:PROD"}}, func(string) string { return "" }, file)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range c.Alerts {
			text := e.Origin.String()
			for _, f := range e.Fields {
				text += " " + f.Key + "=" + strings.Join(f.Texts, ",")
			}
			got = append(got, text)
		}
		want := []string{"f:3:5: alerts source=netskope days=3", "--source source=cloud-optix", "--source source=zscaler-zpc name=PROD"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// A time that is empty is no time: the variable of a script that is not set must not count all.
func TestNewerThanIsNotEmpty(t *testing.T) {
	t.Parallel()
	if _, err := Resolve(AllSettings(), Flags{"newer-than": {""}}, func(string) string { return "" }, nil); err == nil || err.Error() != "--newer-than: must not be empty; fix: give a value, or leave the setting out" {
		t.Errorf("%v", err)
	}
	c, err := Resolve(AllSettings(), Flags{"newer-than": {"7d"}}, func(string) string { return "" }, nil)
	if err != nil || c.NewerThan != "7d" {
		t.Errorf("%q, %v", c.NewerThan, err)
	}
}

// Which command has which settings, in the order of help.
func TestSettingsOfCommands(t *testing.T) {
	t.Parallel()
	const (
		decision = "fail-on max unknown-severity baseline baseline-max-age write-baseline allow-growth compare soft-fail on-error on-no-credentials allow-empty "
		reports  = "output min-severity category comment sarif-profile template "
	)
	tests := map[Command]string{
		Verify:  "commit require-seal api-key-file api-key-stdin",
		Verdict: decision + "require-seal " + reports + "api-key-file api-key-stdin ca-file quiet verbose debug no-color log-format",
		Alerts: "source newer-than " + decision + "tolerate policy-from approve " + reports + "include-personal-data endpoint api-key-file api-key-stdin ca-file pace " +
			"config timeout dry-run quiet verbose debug trace-dir no-color no-progress log-format",
		Report: "output min-severity category sarif-profile template verbose no-color",
	}
	for command, want := range tests {
		var got []string
		for _, s := range Settings(command) {
			got = append(got, s.Name)
		}
		if diff := cmp.Diff(strings.Fields(want), got); diff != "" {
			t.Errorf("command %d (-want +got):\n%s", command, diff)
		}
	}
}

// Every choice that help and completion offer is accepted, and nothing else is.
func TestChoices(t *testing.T) {
	t.Parallel()
	for _, s := range Settings(Scan) {
		for _, word := range s.Choices {
			if _, err := Resolve([]Setting{s}, Flags{s.Name: {word}}, env(), nil); err != nil {
				t.Errorf("--%s offers %q: %v", s.Name, word, err)
			}
		}
		if s.Choices == nil {
			continue
		}
		if _, err := Resolve([]Setting{s}, Flags{s.Name: {"nonsense"}}, env(), nil); err == nil {
			t.Errorf("--%s takes any word", s.Name)
		}
	}
}

func TestReportSettingsDecideNothing(t *testing.T) {
	t.Parallel()
	for _, s := range Settings(Report) {
		if s.Group == GroupPolicy || s.Group == GroupService || s.FileKey != "" {
			t.Errorf("--%s of group %q", s.Name, s.Group)
		}
	}
}
