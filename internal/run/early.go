package run

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
	"github.com/scangate/scangate/internal/secret"
)

// interrupted completes the answers of a run that a signal ended.
func (a answers) interrupted(in inputs, p planned, signal InterruptError) answers {
	a = a.cutShort(in, p, result.Fault{Cause: result.CauseInterrupted, Reason: signal.Error(), Fix: "run the scan again"})
	if !p.discovered {
		a.notices = append(a.notices, result.Notice{Text: signal.Error() + " before it was known what there is to scan"})
	}
	return a
}

// sayInterrupted says first what is kept, and how to go on.
func (in inputs) sayInterrupted(rows []result.Row) {
	answered, planned := 0, 0
	for _, row := range rows {
		if row.Status == result.Skipped {
			continue
		}
		planned++
		if row.Status == result.Answered {
			answered++
		}
	}
	next := "what was uploaded would be uploaded again; fix: use --state FILE to go on with it"
	if in.cfg.State != "" {
		next = "run the same command to go on with what was uploaded: " + in.cfg.State + " has it"
	}
	in.sys.Say(fmt.Sprintf("interrupted: the answers for %d of %d targets are in the reports; %s", answered, planned, next))
}

// broken completes the answers of a run that a bug of scangate ended. secrets are those
// that are not in the environment.
func (a answers) broken(in inputs, p planned, bug *safe.PanicError, secrets ...secret.Value) answers {
	f := in.sys.bugFault(bug, secrets...)
	in.sys.logger(in.cfg).Debug("panic", "stack", bug.Stack)
	a = a.cutShort(in, p, f)
	a.bug = cmp.Or(a.bug, &f)
	return a
}

// cutShort gives every planned target a row, and fails those without an answer.
func (a answers) cutShort(in inputs, p planned, f result.Fault) answers {
	known := make(map[string]result.Row, len(a.rows))
	for _, row := range a.rows {
		known[row.Target.ID()] = row
	}
	rows := p.mine(p.rows(in))
	for i, row := range rows {
		if settled, ok := known[row.Target.ID()]; ok {
			rows[i] = settled
		}
	}
	a.rows = failPending(rows, f)
	return a
}

// failPending fails what has not been asked.
func failPending(rows []result.Row, f result.Fault) []result.Row {
	out := slices.Clone(rows)
	for i := range out {
		if out[i].Status == result.Pending {
			out[i].Status, out[i].Fault = result.Failed, f
		}
	}
	return out
}

// BugError returns a panic as an error for people: with a fix, and without secrets.
func (s System) BugError(bug *safe.PanicError) error {
	return &result.FaultError{Fault: s.bugFault(bug)}
}

// bugFault returns a panic as a fault. Its value may hold what the code was working on, so
// secrets are masked in it.
func (s System) bugFault(bug *safe.PanicError, secrets ...secret.Value) result.Fault {
	masked := *bug
	masked.Value = s.mask(fmt.Sprint(bug.Value), secrets...)
	return result.Fault{Cause: result.CauseInternal, Reason: masked.Error(), Fix: safe.Fix}
}

// mask masks the credentials of the environment, other secrets and personal data in a text.
func (s System) mask(text string, secrets ...secret.Value) string {
	secrets = append(secrets, s.secretsInEnvironment()...)
	return secret.Personal().Mask(secret.Credentials(secrets...).Mask(text))
}
