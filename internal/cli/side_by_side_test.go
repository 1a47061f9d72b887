package cli_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scangate/scangate/internal/cli"
	"github.com/scangate/scangate/internal/emulator"
	"github.com/scangate/scangate/internal/transport/transporttest"
)

// Dockerfiles, images, several submissions of templates and four alert sources wait side by side: a
// run takes what the slowest takes, and not the sum. The time is simulated.
func TestRunTakesWhatTheSlowestTakes(t *testing.T) {
	t.Parallel()
	const task, template, page = 90 * time.Second, 120 * time.Second, 20 * time.Second
	tree := map[string]string{
		"Dockerfile": "FROM nginx:1.25\n",
		".scangate.yaml": `version: 1
limits: {fail-on: none}
alerts:
  - {source: cloud-optix, max: {critical: 99, high: 99}}
  - {source: zscaler-zpc, max: {high: 9}}
  - {source: palo-alto-iot, max: {high: 9}}
  - {source: netskope, max: {high: 9}}
`,
	}
	for i := range 4 {
		tree[fmt.Sprintf("m%d/main.tf", i)] = bucketTF // equal names are not sent together
	}
	dir := treeOf(t, tree)
	for name, tt := range map[string]struct {
		args   []string
		atMost time.Duration
	}{
		"everything":   {[]string{"--image", "redis:7"}, template * 112 / 100},
		"no template":  {[]string{"--image", "redis:7", "--exclude", "m*/**"}, task * 112 / 100},
		"alerts alone": {[]string{"--exclude", "m*/**", "--exclude", "Dockerfile"}, 3 * page},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				vendors := vendorServices()
				optix := optixInMemory(func(o *emulator.Options) { o.Timing = emulator.Timing{Task: task, Scan: template} })
				network := transporttest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if strings.HasPrefix(r.URL.Path, "/api/") {
						optix.ServeHTTP(w, r)
						return
					}
					time.Sleep(page)
					vendors.ServeHTTP(w, r)
				}))
				const vendor = "http://127.0.0.1:8081"
				r := scanOf(t, dir, plainEndpoint, func(s *cli.System) {
					s.Dial = network.Dial
					s.Environ = append(s.Environ,
						"SCANGATE_ZSCALER_ZPC_URL="+vendor+"/zpc", "SCANGATE_ZSCALER_ZPC_API_KEY="+alertKey,
						"SCANGATE_PALO_ALTO_IOT_URL="+vendor+"/iot/pub/v4.0", "SCANGATE_PALO_ALTO_IOT_CUSTOMER_ID=acme",
						"SCANGATE_PALO_ALTO_IOT_KEY_ID=id", "SCANGATE_PALO_ALTO_IOT_ACCESS_KEY="+alertKey,
						"SCANGATE_NETSKOPE_URL="+vendor+"/ns", "SCANGATE_NETSKOPE_TOKEN="+alertKey)
				}, append(tt.args, "--no-progress", "-o", "json="+filepath.Join(t.TempDir(), "r.json"))...)
				r.wants(t, 0, "PASS (exit 0)")
				if r.took > tt.atMost {
					t.Errorf("took %s, want at most %s\n%s", r.took, tt.atMost, r.stderr)
				}
				t.Logf("took %s", r.took)
			})
		})
	}
}
