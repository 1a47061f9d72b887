package optix

import (
	"cmp"
	"io"
	"slices"

	"github.com/scangate/scangate/internal/jsonx"
)

// decodeReport calls each for every alert of a detailed report, in bounded
// memory, and returns the rest of the report. A report without an array of alerts is an
// error.
func decodeReport(body io.Reader, opts jsonx.Options, each func(IaCAlert) error) (Report, error) {
	top, err := jsonx.Stream(body, opts, "alerts", func(o *jsonx.Object) error {
		a := IaCAlert{
			ScanID:   alertScan(o),
			Summary:  o.OptText("alertSummary"),
			Severity: o.OptID("criticalLevel"),
			Details:  o.OptText("alertDetails"),
		}
		if err := o.Err(); err != nil {
			return err
		}
		return each(a)
	})
	if err != nil {
		return Report{}, err
	}
	r := decodeTop(top)
	return r, top.Err()
}

// alertScan returns the scan that an alert is of, "" if it doesn't say. In both spellings of the
// key it must be the same.
func alertScan(o *jsonx.Object) string {
	id, other := o.OptID("scanID"), o.OptID("scan_id")
	if id != "" && other != "" && id != other {
		o.Fail("scan_id", "the scanID")
	}
	return cmp.Or(id, other)
}

// addAlert adds an alert to a list that may get long, which append alone would copy more often.
func addAlert(list []IaCAlert, a IaCAlert) []IaCAlert {
	if len(list) == cap(list) {
		list = slices.Grow(list, len(list)+1)
	}
	return append(list, a)
}

func decodeTop(o *jsonx.Object) Report {
	checkErrors(o)
	checkStatus(o)
	success := o.OptBool("success")
	ongoing, _ := isOngoing(o)
	return Report{
		ScanIDs: scanIDs(o),
		Error:   errorText(o),
		Failed:  success != nil && !*success,
		Ongoing: ongoing,
		More:    o.Flag("hasNext") || o.OptCount("totalPages", 1) > 1,
	}
}

// union returns list and the alerts of other that list doesn't have, and their number.
// Of equal alerts it keeps as many as the list with more of them has.
func union(list, other []IaCAlert) (all []IaCAlert, added int) {
	if len(other) == 0 {
		return list, 0
	}
	left := map[IaCAlert]int{}
	for _, a := range list {
		left[a]++
	}
	all = slices.Clip(list)
	for _, a := range other {
		if left[a]--; left[a] < 0 {
			all = append(all, a)
		}
	}
	return all, len(all) - len(list)
}
