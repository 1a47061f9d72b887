package alerts

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/scangate/scangate/internal/result"
)

// accountList is an answer to GET accounts, 5 hours before the clock of a bubble: the third is
// disabled, the fourth was never synced, and the fifth was synced two days ago.
func accountList() string {
	account := func(id, kind, name string, enabled bool, synced string) string {
		return fmt.Sprintf(`{"accountId":%q,"accountType":%q,"name":%q,"isEnabled":%v,"accountSyncBenchmark":{"latestSuccessSyncTime":%q}}`, id, kind, name, enabled, synced)
	}
	return "[" + strings.Join([]string{
		account("111122223333", "AWS", "Prod", true, "1999-12-31T19:00:00Z"),
		account("5f0c1e2a", "AZURE", "Shop", true, "1999-12-31 19:00:00 (UTC)"),
		account("444455556666", "AWS", "Old", false, "1999-12-01T00:00:00Z"),
		account("777788889999", "GCP", "New", true, ""),
		account("888899990000", "Kubernetes", "Late", true, "1999-12-29T19:00:00.000+0000"),
	}, ",") + "]"
}

// Accounts that a source names exist, are enabled, and are synced if the source asks for that.
func TestAccountsOfASource(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		entry []string
		usage string // a mistake in the entry
		fault string
	}{
		"an id":                  {entry: []string{"accountIds", "111122223333|5f0c1e2a"}},
		"an id that isn't there": {entry: []string{"accountIds", "111122223333|111122223334"}, usage: `accountIds: Cloud Optix has no account "111122223334"; did you mean "111122223333"?`},
		"a name for an id":       {entry: []string{"accountIds", "prod"}, usage: `accountIds: Cloud Optix has no account "prod"; did you mean "111122223333", the id of Prod?`},
		"a pattern":              {entry: []string{"account", "1111*|shop"}},
		"a mistyped name":        {entry: []string{"account", "Prdo"}, usage: `account: Cloud Optix has no account "Prdo"; did you mean "Prod"?`},
		"a repository":           {entry: []string{"accountIds", "https://git.example/acme/shop"}},
		"disabled":               {entry: []string{"accountIds", "444455556666"}, fault: "account 444455556666 (Old) is disabled: Cloud Optix doesn't look at it"},
		"one of them disabled":   {entry: []string{"account", "*5*"}, fault: "account 444455556666 (Old) is disabled"},
		"fresh":                  {entry: []string{"accountIds", "111122223333|5f0c1e2a", "synced-within", "6h"}},
		"stale":                  {entry: []string{"accountIds", "111122223333", "synced-within", "4h"}, fault: "account 111122223333 (Prod) was last synced 5 hours ago, at 1999-12-31T19:00:00Z (synced-within: 4h)"},
		"never synced":           {entry: []string{"account", "New", "synced-within", "7d"}, fault: "account 777788889999 (New) was never synced, or the service doesn't say when"},
		"stale, not asked for":   {entry: []string{"account", "New"}},
		"late":                   {entry: []string{"account", "Late", "synced-within", "24h"}, fault: "account 888899990000 (Late) was last synced 53 hours ago"},
		"all of them":            {entry: []string{"synced-within", "24h"}, fault: "account 777788889999 (New) was never synced"},
		"all of a provider":      {entry: []string{"synced-within", "24h", "providerList", "AWS|Azure"}},
		"no accounts named":      {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world, o Options) {
				w.serve(t, "5", fixed("/count", counts(0, 0, 0, 0, 0), "/alerts", optixPage(1, 0, false), "/accounts", accountList()))
				row, err := checked(t, o, append([]string{"source", "cloud-optix"}, tt.entry...)...)
				var wrong *ValueError
				if errors.As(err, &wrong) != (tt.usage != "") || wrong != nil && (wrong.Text != tt.usage || wrong.Field != 1 || wrong.Source != 0) {
					t.Errorf("error %v, want %q", err, tt.usage)
				}
				if err == nil && ((row.Status == result.Failed) != (tt.fault != "") || !strings.HasPrefix(row.Reason, tt.fault) || tt.fault != "" && row.Cause != result.CauseStale) {
					t.Errorf("%s: %s, want %q", row.Status, row.Reason, tt.fault)
				}
			})
		})
	}
}

// checked compares the accounts of a source and runs it.
func checked(t *testing.T, o Options, pairs ...string) (result.Row, error) {
	t.Helper()
	p := Plan{Sources: []Source{mustSource(t, pairs...)}}
	o.Policy.Rows = p.Limits()
	j, err := Prepare(p, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.CheckAccounts(t.Context()); err != nil {
		return result.Row{}, err
	}
	out, err := j.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	row := out.Rows[0]
	for _, n := range out.Notices {
		row.Reason += n.Text
	}
	return row, nil
}

// Where the key may not read the accounts, a source is read without that, unless it asks for a
// sync. Any other failure is the row's.
func TestAccountsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status int
		entry  []string
		want   string
		failed bool
	}{
		"forbidden":         {403, []string{"accountIds", "1"}, "cloud-optix: the API key may not read the accounts: whether those that the source names exist and are enabled is not known", false},
		"no such call":      {404, []string{"accountIds", "1"}, "cloud-optix: the API key may not read the accounts", false},
		"forbidden, a sync": {403, []string{"synced-within", "24h"}, "the accounts can't be read: access was forbidden", true},
		"refused":           {400, []string{"accountIds", "1"}, "the service refused a filter", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world, o Options) {
				next := fixed("/count", counts(0, 0, 0, 0, 0), "/alerts", optixPage(1, 0, false))
				w.serve(t, "5", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
					if strings.HasSuffix(r.URL.Path, "/accounts") {
						http.Error(rw, "Provider type not supported", tt.status)
						return
					}
					next(rw, r)
				}))
				row, err := checked(t, o, append([]string{"source", "cloud-optix"}, tt.entry...)...)
				if err != nil || (row.Status == result.Failed) != tt.failed || !strings.Contains(row.Reason, tt.want) {
					t.Errorf("%s: %q, %v, want %q", row.Status, row.Reason, err, tt.want)
				}
			})
		})
	}
}

// An account that the service knows needs no alert; without its word an alert must have it.
func TestKnownAccountWithoutAlerts(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world, o Options) {
		w.serve(t, "5", fixed("/count", counts(0, 1, 0, 0, 1), "/alerts", optixPage(1, 1, false, `{"id":1,"accountId":"5f0c1e2a","criticalLevel":"HIGH"}`), "/accounts", accountList()))
		row, err := checked(t, o, "source", "cloud-optix", "account", "Prod")
		if err != nil || row.Status != result.Answered || row.Choice.String() != "1 read, 0 chosen, 1 left out by account" {
			t.Errorf("%+v, %v", row, err)
		}
		if row, _ := read(t.Context(), t, o, "source", "cloud-optix", "account", "Prod"); row.Cause != result.CauseUnmatched {
			t.Errorf("unchecked: %+v", row)
		}
	})
}

func TestStaleness(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"2026-02-28T12:00:00Z": "", "1772280000000": "", "Sat Feb 28 12:00:00 UTC 2026": "", "2026-02-28 12:00:00": "",
		"2026-02-20T12:00:00Z": "was last synced 8 days ago", "soon": `was synced at "soon", which is no time before now`, "2027-01-01T00:00:00Z": "which is no time before now", "": "was never synced",
		"2026-02-27T12:00:00Z": "was last synced 36 hours ago",
	} {
		if got := staleness(text, 24*time.Hour, now); (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
