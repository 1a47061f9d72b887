package run

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/scan"
)

func TestProgressView(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	uploading := scan.Progress{Kind: result.KindIaC, Phase: "uploading", Done: 3, Total: 40, BatchesDone: 1, Batches: 5, Sent: 1_250_000, Size: 7_400_000}
	waiting := scan.Progress{Kind: result.KindImage, Phase: "waiting", Done: 8, Total: 9, NextPoll: now.Add(7100 * time.Millisecond)}
	for name, tt := range map[string]struct {
		report func(*progress)
		want   console.View
	}{
		"before it asks": {func(*progress) {}, console.View{Line: "looking for targets", Still: "looking for targets"}},
		"nothing is under way": {func(p *progress) {
			p.ask()
			p.alerts(2, 2)
		}, console.View{}},
		"one kind": {func(p *progress) {
			p.ask()
			p.scan(waiting)
		}, console.View{
			Line:  "image 8/9 done, waiting",
			Lines: []string{"image  8 of 9 done · waiting for the service"},
			Next:  "next poll in 8s", Still: "waiting for 1 target",
		}},
		"all kinds": {func(p *progress) {
			p.ask()
			p.scan(waiting)
			p.scan(uploading)
			p.scan(scan.Progress{Kind: result.KindDockerfile, Phase: "waiting", Done: 0, Total: 3, NextPoll: now.Add(3 * time.Second)})
			p.alerts(0, 2)
		}, console.View{
			Line: "dockerfile 0/3 done, waiting · image 8/9 done, waiting · iac 3/40 done, uploading · alerts 0/2 done, reading",
			Lines: []string{
				"dockerfile   0 of  3 done · waiting for the service",
				"image        8 of  9 done · waiting for the service",
				"iac          3 of 40 done · 1 of 5 batches · uploading 1.2 of 7.4 MB",
				"alerts       0 of  2 done · reading",
			},
			Next: "next poll in 3s", Still: "uploading 1.2 of 7.4 MB",
		}},
		"a poll that is due": {func(p *progress) {
			p.ask()
			due := waiting
			due.NextPoll, due.Done = now, 0
			p.scan(due)
		}, console.View{
			Line:  "image 0/9 done, waiting",
			Lines: []string{"image  0 of 9 done · waiting for the service"},
			Still: "waiting for 9 targets",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProgress(func() time.Time { return now })
			tt.report(p)
			if diff := cmp.Diff(tt.want, p.view()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestBytesOf(t *testing.T) {
	t.Parallel()
	for want, n := range map[string][2]int64{
		"0 of 999 bytes": {0, 999}, "999 of 999 bytes": {999, 999}, "0 of 1 kB": {999, 1000}, "12 of 49 kB": {12_345, 48_001},
		"0.0 of 1.0 MB": {0, 1_000_000}, "1234.6 of 2000.0 MB": {1_234_567_890, 2_000_000_000},
	} {
		if got := bytesOf(n[0], n[1]); got != want {
			t.Errorf("%d of %d: %q, want %q", n[0], n[1], got, want)
		}
	}
}
