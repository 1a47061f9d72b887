package run

import (
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/secret"
)

func TestCredentialsAreMasked(t *testing.T) {
	t.Parallel()
	const key, token, file = "0123456789abcdef-key", "netskope-token-0123456789", "of-a-file-0123456789"
	var out, err strings.Builder
	sys := System{Stdout: &out, Stderr: &err, Environ: []string{
		"SCANGATE_API_KEY=" + key, "SCANGATE_NETSKOPE_TOKEN=" + token, "GITHUB_TOKEN=short", "CI_JOB_TOKEN=$(SYSTEM_ACCESSTOKEN)",
	}}
	sys.Connect()
	sys.secrets.add(secret.Value(file))
	all := strings.Join([]string{key, token, file, "short", "$(SYSTEM_ACCESSTOKEN)"}, " ")
	const want = "[redacted] [redacted] [redacted] short $(SYSTEM_ACCESSTOKEN)"
	sys.Say(all)
	if got := err.String(); got != "scangate: "+want+"\n" {
		t.Errorf("standard error has %q", got)
	}
	if _, failed := sys.Out.Write([]byte(all)); failed != nil || out.String() != want {
		t.Errorf("standard output has %q, %v", out.String(), failed)
	}

	rows := []result.Row{{Target: result.Target{Name: key}, Fault: result.Fault{Reason: all, Fix: all}}}
	res := result.Result{Ledger: rows, Notices: []result.Notice{{Text: all}}, Repository: result.Repository{Branch: key}}
	sys.secrets.maskResult(&res)
	if f := res.Ledger[0].Fault; f.Reason != want || f.Fix != want || res.Notices[0].Text != want || res.Repository.Branch != secret.Redacted {
		t.Errorf("result %+v", res)
	}
	if res.Ledger[0].Target.Name != key || rows[0].Fault.Reason != all {
		t.Error("a name, or the caller's rows, changed")
	}
}
