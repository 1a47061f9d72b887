package alerts

import (
	"testing"
	"time"
)

func TestParseTime(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"1683306261": "2023-05-05T17:04:21Z", "1683306261000": "2023-05-05T17:04:21Z", "1683306261000000": "2023-05-05T17:04:21Z",
		"2020-05-12T01:23:10.630Z": "2020-05-12T01:23:10Z", "2020-05-08 14:22:27 (UTC)": "2020-05-08T14:22:27Z", "0": "", "-5": "", "soon": "", "": "",
		"99999999999": "5138-11-16T09:46:39Z", "100000000000": "1973-03-03T09:46:40Z", "100000000000000": "1973-03-03T09:46:40Z", "99999999999999999": "5138-11-16T09:46:39Z",
		"100000000000000000": "", "9999999999999999999": "", "999999999999999999": "",
	} {
		got := ""
		if m := parseTime(in); !m.IsZero() {
			got = m.Format(time.RFC3339)
		}
		if got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

func TestParseAge(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]time.Duration{
		"7d": 7 * 24 * time.Hour, "1d": 24 * time.Hour, "65535d": 65535 * 24 * time.Hour, "36h": 36 * time.Hour, "90m": 90 * time.Minute,
		"0d": 0, "65536d": 0, "-1d": 0, "1.5d": 0, "d": 0, "0h": 0, "-5h": 0, "7": 0, "": 0,
	} {
		if got, ok := parseAge(in); ok != (want > 0) || ok && got != want {
			t.Errorf("%q: %s, %v; want %s", in, got, ok, want)
		}
	}
}
