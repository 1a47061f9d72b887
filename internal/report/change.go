package report

import (
	"fmt"

	"github.com/scangate/scangate/internal/result"
)

// notCounted says how much was found in files that the change does not touch,
// "" if nothing was.
func notCounted(r *result.Result) string {
	var beyond counts
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Stamp.Effect == result.OutsideChange {
			beyond.add(f)
		}
	}
	if beyond.empty() {
		return ""
	}
	return fmt.Sprintf("Not counted, in files that the change does not touch: %s.", beyond)
}

// noFindings says what it is worth that there are none.
func noFindings(r *result.Result) string {
	switch v := r.Verdict; {
	case v.Planned == 0 && r.Change != nil && r.Change.Existing > 0:
		return fmt.Sprintf("The change touches none of %d targets, so that nothing was asked.", r.Change.Existing)
	case v.Failed == 0:
		return "No findings."
	case v.Answered == 0:
		return "Nothing was answered, so that nothing is known."
	}
	return "No findings in what was answered."
}
