package cli

import (
	"strconv"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/state"
)

// resume opens the file of --state; nil without one. The embedded service ends
// with this process: no later run could attach to what is under way there.
func (r *scanRun) resume(svc *service) *state.Book {
	if r.cfg.State == "" || r.cfg.Embedded() {
		return nil
	}
	return state.Open(r.cfg.State, state.Options{
		APIKey: svc.key.Reveal(),
		Scope: []string{
			svc.base, r.cfg.IaCPolicy, strconv.FormatBool(r.cfg.SaveResults),
			r.repo.URL, r.repo.Branch, r.repo.Name, r.repo.Email,
		},
		Now: r.sys.Now,
	})
}

// warnings returns what is wrong with the resume state, and says it at once:
// the run goes on without it.
func (r *scanRun) warnings(book *state.Book) []result.Notice {
	notices := book.Notices()
	if r.cfg.State != "" && r.cfg.Embedded() {
		notices = append(notices, result.Notice{Text: "--state is not used with --endpoint embedded: what is under way there ends with the run"})
	}
	for _, n := range notices {
		r.complain("warning: " + n.Text)
	}
	return notices
}

// stateInTree is the file of --state as discovery names it, if it lies in the
// tree: it is never uploaded. A folder that isn't there yet holds no files.
func (r *scanRun) stateInTree() []string {
	if r.cfg.State == "" {
		return nil
	}
	rel := r.inTree(r.cfg.State)
	if rel == "" {
		return nil
	}
	return []string{rel}
}
