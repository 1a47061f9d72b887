package report

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
)

// What ended a run early is in every report that could be taken for a success: it may have no
// rows, or answered ones only.
func TestARunThatEndedEarlyIsNoSuccess(t *testing.T) {
	t.Parallel()
	bug := &result.Fault{Cause: result.CauseInternal, Reason: "internal error: panic in x", Fix: "report it"}
	for name, end := range map[string]func(*result.Result){
		"a signal": func(r *result.Result) { r.Interrupted = 129 },
		"a bug":    func(r *result.Result) { r.Panic = bug },
	} {
		for rows, r := range map[string]*result.Result{"answered": passed(), "none": nothing()} {
			t.Run(name+", rows "+rows, func(t *testing.T) {
				t.Parallel()
				end(r)
				for format, want := range map[string]string{
					JUnit:      `errors="1"`,
					SARIFFull:  `"executionSuccessful": false`,
					GitLabSAST: `"status": "failure"`,
					Console:    "No findings before the run ended early.",
					Markdown:   "No findings before the run ended early.",
					HTML:       "No findings before the run ended early.",
				} {
					if text := write(t, format, r, Options{}); !strings.Contains(text, want) {
						t.Errorf("%s: want %q in\n%s", format, want, text)
					}
				}
				if text := write(t, JUnit, r, Options{}); r.Panic != nil && !strings.Contains(text, bug.Reason) {
					t.Errorf("the bug is not named in\n%s", text)
				}
			})
		}
	}
}

// A format that panics is a report that can't be written, as one for which the disk is full.
func TestFormatThatPanics(t *testing.T) {
	t.Parallel()
	for _, f := range Formats() {
		err := (&Model{}).Write(io.Discard, f.Name, Options{})
		if _, ok := errors.AsType[*safe.PanicError](err); !ok && f.Name != JSON && f.Name != FromTemplate || err != nil && !strings.HasPrefix(err.Error(), "write "+f.Name+" report: ") {
			t.Errorf("%s: %v, want the panic", f.Name, err)
		}
	}
}
