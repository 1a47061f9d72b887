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
		"9999999999999999999": "", "999999999999999999": "",
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
