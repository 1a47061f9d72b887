package transport

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/jsonx"
	"github.com/scangate/scangate/internal/result"
)

func testNames() result.Names {
	return result.Names{
		Address: "--endpoint", Key: "SCANGATE_API_KEY", CAFile: "--ca-file", Timeout: "--timeout",
		Proxy: "HTTPS_PROXY", NoProxy: "NO_PROXY",
	}
}

func fixOf(err error) string { return Explain(err, testNames()).Fix }

func TestExplainCauses(t *testing.T) {
	t.Parallel()
	for want, errs := range map[result.Cause][]*Error{
		result.CauseUnauthorized: {{Class: ClassStatus, Status: 401}, {Class: ClassStatus, Status: 403}},
		result.CauseService:      {{Class: ClassStatus, Status: 413}, {Class: ClassStatus, Status: 503}, {Class: ClassStatus, Status: 410}},
		result.CauseProtocol:     {{Class: ClassInput}, {Class: ClassBody}, {Class: ClassTooLarge}},
		result.CauseNetwork:      {{Class: ClassDNS}, {Class: ClassRefused}, {Class: ClassTLS}, {Class: ClassProxy}, {Class: ClassReset}, {Class: ClassTimeout}, {Class: ClassRedirect}},
	} {
		for _, e := range errs {
			f := Explain(fmt.Errorf("wrapped: %w", e), testNames())
			if f.Cause != want || f.Reason != e.Error() || f.Fix == "" {
				t.Errorf("%v %d: %+v, want cause %s", e.Class, e.Status, f, want)
			}
		}
	}
}

// Advice names the settings of the service that was asked. It names the address only
// if the error may have to do with it.
func TestFixNamesTheSettings(t *testing.T) {
	t.Parallel()
	n := result.Names{Address: "ADDRESS", Key: "KEY", CAFile: "CA", Timeout: "TIME", Proxy: "PROXY", NoProxy: "NOPROXY"}
	for _, tc := range []struct {
		e    Error
		want string // the names, in their order
	}{
		{Error{Class: ClassDNS}, "ADDRESS PROXY"},
		{Error{Class: ClassRefused}, "ADDRESS PROXY"},
		{Error{Class: ClassTLS}, "CA ADDRESS"},
		{Error{Class: ClassProxy}, "PROXY NOPROXY"},
		{Error{Class: ClassReset}, ""},
		{Error{Class: ClassTimeout}, "TIME"},
		{Error{Class: ClassBody}, "ADDRESS"},
		{Error{Class: ClassBody, Err: &jsonx.Error{HTML: true}}, "ADDRESS PROXY"},
		{Error{Class: ClassRedirect}, "ADDRESS PROXY"},
		{Error{Class: ClassTooLarge}, "ADDRESS PROXY"},
		{Error{Class: ClassStatus, Status: 401}, "KEY"},
		{Error{Class: ClassStatus, Status: 403}, "KEY"},
		{Error{Class: ClassStatus, Status: 404}, "ADDRESS"},
		{Error{Class: ClassStatus, Status: 410}, ""},
		{Error{Class: ClassStatus, Status: 418}, ""},
		{Error{Class: ClassStatus, Status: 429}, ""},
		{Error{Class: ClassStatus, Status: 503}, ""},
		{Error{Class: ClassStatus, Status: 413}, ""},
		{Error{Class: ClassCanceled, Err: context.DeadlineExceeded}, "TIME"},
		{Error{Class: ClassCanceled, Err: context.Canceled}, ""},
		{Error{Class: ClassStatus, Status: 503, state: attemptState{withheld: true}}, ""},
	} {
		fix := Explain(&tc.e, n).Fix
		var names []string
		for word := range strings.FieldsFuncSeq(fix, func(r rune) bool { return r < 'A' || r > 'Z' }) {
			if len(word) > 1 && word != "TLS" {
				names = append(names, word)
			}
		}
		if got := strings.Join(names, " "); got != tc.want {
			t.Errorf("%v %d: %q names %q, want %q", tc.e.Class, tc.e.Status, fix, got, tc.want)
		}
		if strings.Contains(fix, "--") || strings.Contains(fix, "SCANGATE") {
			t.Errorf("%q contains a literal name of a setting", fix)
		}
	}
}

func TestExplainOtherErrors(t *testing.T) {
	t.Parallel()
	known := result.Fault{Cause: result.CauseQuota, Reason: "full", Fix: "free it"}
	if diff := cmp.Diff(known, Explain(fmt.Errorf("x: %w", &result.FaultError{Fault: known}), testNames())); diff != "" {
		t.Error(diff)
	}
	if f := Explain(errors.New("odd"), testNames()); f.Cause != result.CauseService || f.Reason != "odd" || f.Fix == "" {
		t.Errorf("%+v", f)
	}
}

func TestExplainEnd(t *testing.T) {
	t.Parallel()
	expired, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	stopped, stop := context.WithCancelCause(t.Context())
	stop(errors.New("terminated by SIGTERM"))
	refused := result.Fault{Cause: result.CauseUnauthorized, Reason: "refused", Fix: "check it"}
	doomed, end := context.WithCancelCause(t.Context())
	end(&result.FaultError{Fault: refused})

	cut := &Error{Class: ClassStatus, Status: 503, ended: context.DeadlineExceeded}
	for name, tc := range map[string]struct {
		ctx  context.Context
		err  error
		want result.Fault
	}{
		"not ended":        {t.Context(), status(503), result.Fault{Cause: result.CauseService, Reason: "explained", Fix: "fixed"}},
		"another error":    {expired, status(503), result.Fault{Cause: result.CauseService, Reason: "explained", Fix: "fixed"}},
		"signal":           {stopped, &PendingError{"scan 1"}, result.Fault{Cause: result.CauseInterrupted, Reason: "interrupted: terminated by SIGTERM", Fix: "run again"}},
		"fault elsewhere":  {doomed, &PendingError{"scan 1"}, refused},
		"pending":          {expired, &PendingError{"scan 1"}, result.Fault{Cause: result.CauseTimeout, Reason: "not done by the deadline: scan 1", Fix: "give the service more time with --timeout"}},
		"a fault before":   {expired, cut, result.Fault{Cause: result.CauseService, Reason: "gave up at the deadline: explained", Fix: "fixed"}},
		"bare context end": {expired, context.DeadlineExceeded, result.Fault{Cause: result.CauseService, Reason: "gave up at the deadline: explained", Fix: "fixed"}},
	} {
		got := ExplainEnd(tc.ctx, tc.err, testNames(), func(error, result.Names) result.Fault {
			return result.Fault{Cause: result.CauseService, Reason: "explained", Fix: "fixed"}
		})
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
}

func status(code int) error { return &Error{Class: ClassStatus, Status: code} }
