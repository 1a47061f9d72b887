package alerts

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/secret"
	"github.com/scangate/scangate/internal/trace"
	"github.com/scangate/scangate/internal/transport"
)

// everySource has an entry of each vendor, and a check.
func everySource(t *testing.T) Plan {
	t.Helper()
	check, err := ParseCheck(entry("name", "no public buckets", "search", "AWS_S3", "term", "isPublic:true"))
	if err != nil {
		t.Fatal(err)
	}
	p := Plan{Checks: []Check{check}}
	for _, v := range Vendors() {
		p.Sources = append(p.Sources, mustSource(t, "source", v.Name, "rule", "*"))
	}
	return p
}

// traced runs every source and keeps a trace in a folder.
func traced(t *testing.T, w *world, path string) Outcome {
	t.Helper()
	dir, err := trace.Create(path, "scangate test", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	o := w.options(t, variables())
	o.Transport.Trace, o.Transport.IDs = dir, transport.NewIDs()
	c := o.Transport
	c.Service = "--endpoint"
	o.Optix = w.optixClient(t, c, optixSecret)
	out := mustRun(t.Context(), t, o, everySource(t))
	if _, err := dir.Close(); err != nil {
		t.Fatal(err)
	}
	return out
}

// replayed is an environment in which a replay on port 5 answers for all vendors, with other
// credentials.
func replayed() map[string]string {
	env := variables()
	for name, value := range maps.Clone(env) {
		if strings.HasPrefix(value, "http") {
			env[name] = "http://127.0.0.1:5" + trace.Mount(name)
		} else {
			env[name] = "another-" + value
		}
	}
	return env
}

// One address replays what all services answered, hours later, and nothing in the trace is secret.
func TestReplayOfEverySource(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		time.Sleep(26 * 365 * 24 * time.Hour) // the bubble begins in the year 2000
		w.serveAll(t)
		path := filepath.Join(t.TempDir(), "trace")
		want := traced(t, w, path)
		var files strings.Builder
		for _, name := range must(filepath.Glob(filepath.Join(path, "*.trace"))) {
			files.Write(must(os.ReadFile(name)))
		}
		checkAbsent(t, files.String(), secrets())

		time.Sleep(5 * time.Hour)
		other := newWorld()
		recorded := must(trace.Read(path))
		other.serve(t, "5", trace.NewServer(recorded, time.Now, func(what string) { t.Error(what) }))
		env := replayed()
		o := other.options(t, env)
		o.Optix = other.optixClient(t, o.Transport, secret.Value("another-"+optixSecret))
		got := mustRun(t.Context(), t, o, everySource(t))
		for _, row := range got.Rows {
			if row.Status != result.Answered {
				t.Errorf("%s: %s", row.Target.Name, row.Reason)
			}
		}
		if diff := cmp.Diff(want.Findings, got.Findings); diff != "" || len(want.Findings) < 50 {
			t.Errorf("%d findings (-recorded +replayed):\n%s", len(want.Findings), diff)
		}
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
