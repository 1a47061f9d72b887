package cli_test

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/scangate/scangate/internal/emulator"
)

// faulty makes an emulator that misbehaves in the named ways. It is in no hurry
// to be slow: its tasks take no time.
func faulty(ts *testscript.TestScript, now func() time.Time, modes []string) http.Handler {
	o, err := faultyOptions(now, modes)
	ts.Check(err)
	return emulator.New(o)
}

func faultyOptions(now func() time.Time, modes []string) (emulator.Options, error) {
	o := emulator.Options{
		Now:    now,
		Key:    "0123456789-key-123",
		Timing: emulator.Timing{Task: -1, PerImage: -1, Scan: -1, PerFile: -1, Queued: -1},
	}
	for _, mode := range modes {
		name, value, _ := strings.Cut(mode, "=")
		apply, ok := faultModes()[name]
		if !ok {
			return o, fmt.Errorf("unknown mode %q", mode)
		}
		apply(&o, value)
	}
	return o, nil
}

func faultModes() map[string]func(o *emulator.Options, value string) {
	return map[string]func(*emulator.Options, string){
		"quota":     func(o *emulator.Options, _ string) { o.Faults.QuotaFull = true },
		"failed":    func(o *emulator.Options, _ string) { o.Faults.TaskFailed = true },
		"neverdone": func(o *emulator.Options, _ string) { o.Faults.NeverDone = true },
		"duplicate": func(o *emulator.Options, _ string) { o.Faults.DuplicateForever = true },
		"status":    func(o *emulator.Options, v string) { o.Faults.UnknownStatus = v },
		"drop":      func(o *emulator.Options, v string) { o.Faults.Drop = append(o.Faults.Drop, v) },
		"login":     func(o *emulator.Options, v string) { o.Faults.HTMLLogin = []emulator.Call{emulator.Call(v)} },
		"assume": func(o *emulator.Options, v string) {
			name, value, _ := strings.Cut(v, "=")
			o.Assume = map[string]string{name: value}
		},
		"slow":      func(o *emulator.Options, _ string) { o.Timing.Task, o.Timing.Scan = time.Hour, time.Hour },
		"queued":    func(o *emulator.Options, _ string) { o.Timing.Queued = 300 * time.Millisecond },
		"maxfiles1": func(o *emulator.Options, _ string) { o.MaxFiles = 1 },
		"tiny":      func(o *emulator.Options, _ string) { o.MaxUpload = 10 },
		"once503": func(o *emulator.Options, _ string) {
			o.Faults.StatusFor = func(_ emulator.Call, n int) int {
				if n == 1 {
					return http.StatusServiceUnavailable
				}
				return 0
			}
		},
		"always403": func(o *emulator.Options, _ string) {
			o.Faults.StatusFor = func(emulator.Call, int) int { return http.StatusForbidden }
		},
	}
}
