package run

import (
	"fmt"

	"github.com/scangate/scangate/internal/trace"
	"github.com/scangate/scangate/internal/transport"
)

// startTrace makes the folder of --trace-dir, if there is one. Lists and alerts name people in
// fields that no mask knows: people says whether there are any, and then a flag has to allow it.
func (in *inputs) startTrace(people bool) error {
	path := in.cfg.TraceDir
	if path == "" || in.cfg.DryRun {
		return nil
	}
	if people && !in.cfg.PersonalData {
		return usagef("%s: the answers about alerts and lists name people; fix: add --include-personal-data to keep them", in.cfg.Origin("trace-dir"))
	}
	dir, err := trace.Create(path, "scangate "+in.sys.Version, in.started)
	if err != nil {
		return usagef("%s: %s: %w", in.cfg.Origin("trace-dir"), path, err)
	}
	in.trace = dir
	return nil
}

// endTrace ends it. The verdict stands without a trace, so that its errors are warnings.
func (in inputs) endTrace() {
	if in.trace == nil {
		return
	}
	requests, err := in.trace.Close()
	if err != nil {
		in.sys.warnf("--trace-dir %s: the trace is not complete: %v; fix: name a folder with room, and run again", in.cfg.TraceDir, err)
		return
	}
	in.sys.Say(fmt.Sprintf("%d requests are kept in %s; look through them before you pass them on, and serve them again with: scangate emulator --replay %s",
		requests, in.cfg.TraceDir, in.cfg.TraceDir))
}

// traced keeps the requests to Cloud Optix in the trace.
func (in inputs) traced(tc transport.Config) transport.Config {
	tc.Trace, tc.Service = in.trace, names().Address
	return tc
}
