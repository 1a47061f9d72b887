package alerts

import (
	"strconv"
	"time"
)

const (
	// clockMargin is how far a window reaches beyond this machine's time, so that a slow clock
	// hides no alert.
	clockMargin = 24 * time.Hour
	// earliestEpoch begins a window that holds everything. It is not 0, which a service may take
	// for no value.
	earliestEpoch = "1"
	// maxEpoch is the last second that fits into 32 bits.
	maxEpoch = 1<<31 - 1
)

// parseTime reads one of the layouts, or a Unix time whose magnitude
// shows whether it counts seconds, milliseconds or microseconds. Any other text is the zero time.
func parseTime(s string) time.Time {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return epoch(n)
	}
	for _, layout := range timeLayouts() {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// timeLayouts are the forms of times. Those of accounts are not documented: the last ones are usual
// where the service is written.
func timeLayouts() []string {
	return []string{
		time.RFC3339Nano, "2006-01-02 15:04:05 (MST)", "2006-01-02T15:04:05", "2006-01-02",
		"2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05", "2006-01-02 15:04:05 MST", "2006-01-02 15:04:05Z07:00", time.RFC1123, time.UnixDate,
	}
}

func epoch(n int64) time.Time {
	switch {
	case n <= 0:
		return time.Time{}
	case n < 1e11: // the year 5138 in seconds
		return time.Unix(n, 0).UTC()
	case n < 1e14:
		return time.UnixMilli(n).UTC()
	case n < 1e17:
		return time.UnixMicro(n).UTC()
	}
	return time.Time{}
}
