package alerts

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
)

// tenantVariables is an environment in which only the tenant PROD of each vendor is set up.
func tenantVariables() map[string]string {
	env := map[string]string{}
	for name, value := range variables() {
		for _, v := range Vendors() {
			if strings.HasPrefix(name, v.prefix()) {
				env[v.variable(name, "PROD")] = value
			}
		}
	}
	env["SCANGATE_CLOUD_OPTIX_PROD_URL"], env["SCANGATE_CLOUD_OPTIX_PROD_API_KEY"] = "http://127.0.0.1:5", optixSecret
	return env
}

// The name of an entry chooses the variables of a tenant, of every vendor. Those of others, and
// those without a name, are not read.
func TestTenants(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world, _ Options) {
		w.serveAll(t)
		env := tenantVariables()
		for _, v := range Vendors() {
			for name, want := range map[string]result.Status{"PROD": result.Answered, "TEST2": result.Failed} {
				o := w.options(t, env)
				o.Endpoint = "http://127.0.0.1:5"
				row, _ := read(t.Context(), t, o, "source", v.Name, "name", name)
				if row.Status != want || row.Target.ID() != "alerts:"+name {
					t.Errorf("%s: %s: %s: %s", v.Name, name, row.Status, row.Reason)
				}
				if want == result.Failed && (row.Cause != result.CauseNoCredentials || !strings.Contains(row.Reason, v.prefix()+"TEST2_")) {
					t.Errorf("%s: %s: %s", v.Name, row.Cause, row.Reason)
				}
			}
		}
		all := variables()
		maps.Copy(all, map[string]string{"SCANGATE_CLOUD_OPTIX_URL": "http://127.0.0.1:5", "SCANGATE_CLOUD_OPTIX_API_KEY": optixSecret})
		for _, v := range Vendors() {
			o := w.options(t, all)
			o.Endpoint = "http://127.0.0.1:5"
			if row, _ := read(t.Context(), t, o, "source", v.Name, "name", "PROD"); row.Status != result.Failed {
				t.Errorf("%s: the variables without a name stand in for those of a tenant", v.Name)
			}
		}
	})
}

// Two tenants of one vendor are two rows, each with its own key.
func TestTwoTenants(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world, _ Options) {
		keys := map[string]bool{}
		w.serve(t, "1", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			keys[r.Header.Get("x-api-key")] = true
			fixed("/cloud", `{"alerts":[],"total_count":0}`)(rw, r)
		}))
		env := map[string]string{
			"SCANGATE_ZSCALER_ZPC_A_URL": "http://127.0.0.1:1", "SCANGATE_ZSCALER_ZPC_A_API_KEY": "key-of-a",
			"SCANGATE_ZSCALER_ZPC_B1_URL": "http://127.0.0.1:1", "SCANGATE_ZSCALER_ZPC_B1_API_KEY": "key-of-b",
		}
		out := mustRun(t.Context(), t, w.options(t, env), Plan{Sources: []Source{
			mustSource(t, "source", "zscaler-zpc", "lists", "cloud", "name", "A"), mustSource(t, "source", "zscaler-zpc", "lists", "cloud", "name", "B1"),
		}})
		if out.Rows[0].Status != result.Answered || out.Rows[1].Status != result.Answered {
			t.Errorf("%+v", out.Rows)
		}
		if diff := cmp.Diff(map[string]bool{"key-of-a": true, "key-of-b": true}, keys); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// A name in small letters is only the row's. Variables that it seems to choose are a mistake.
func TestNamesThatAreNoTenants(t *testing.T) {
	t.Parallel()
	env := map[string]string{"SCANGATE_NETSKOPE_URL": "https://n.example", "SCANGATE_NETSKOPE_TOKEN": "t"}
	prepare := func(name string) error {
		_, err := Prepare(Plan{Sources: []Source{mustSource(t, "source", "netskope", "name", name)}}, Options{Getenv: func(name string) string { return env[name] }, Now: time.Now})
		return err
	}
	for _, name := range []string{"prod", "two words", "A-1", "é"} {
		if err := prepare(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	env["SCANGATE_NETSKOPE_PROD_TOKEN"] = "other"
	if err := prepare("prod"); err == nil || err.Error() != `name: "prod" does not choose SCANGATE_NETSKOPE_PROD_TOKEN; fix: write PROD for that tenant, or unset the variable` {
		t.Errorf("a name like that of a tenant: %v", err)
	}
	if _, err := ParseSource(entry("source", "palo-alto-iot", "name", "AUTH"), time.Now()); err == nil || !strings.Contains(err.Error(), `name: "AUTH" can't name a tenant: SCANGATE_PALO_ALTO_IOT_AUTH_URL is a variable of palo-alto-iot without a name; fix: use another name`) {
		t.Errorf("a tenant with the variable of others: %v", err)
	}
}

// The variables of tenants are known wherever those of the vendors are.
func TestVariablesOfTenants(t *testing.T) {
	t.Parallel()
	secret := map[string]bool{}
	for _, v := range VariablesIn([]string{"SCANGATE_NETSKOPE_PROD_TOKEN=x", "SCANGATE_NETSKOPE_prod_TOKEN=x", "SCANGATE_CLOUD_OPTIX_B_API_KEY=x", "SCANGATE_CLOUD_OPTIX_B_URL=x", "SCANGATE_NETSKOPE_PROD_OTHER=x", "PATH=/"}) {
		secret[v.Name] = v.Secret
	}
	for name, want := range map[string]bool{"SCANGATE_NETSKOPE_TOKEN": true, "SCANGATE_NETSKOPE_PROD_TOKEN": true, "SCANGATE_CLOUD_OPTIX_B_API_KEY": true, "SCANGATE_CLOUD_OPTIX_B_URL": false} {
		if got, ok := secret[name]; !ok || got != want {
			t.Errorf("%s: known %v, secret %v", name, ok, got)
		}
	}
	if n := len(Variables()) + 3; len(secret) != n {
		t.Errorf("%d variables, want %d", len(secret), n)
	}
	var got []string
	for _, v := range (Plan{Sources: []Source{mustSource(t, "source", "cloud-optix", "name", "B"), mustSource(t, "source", "cloud-optix")}}).Variables() {
		got = append(got, v.Name)
	}
	if diff := cmp.Diff([]string{"SCANGATE_CLOUD_OPTIX_B_URL", "SCANGATE_CLOUD_OPTIX_B_API_KEY"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Without an address a tenant of Cloud Optix is at the endpoint of the gate. The emulator in this
// process stands for all of them.
func TestAddressOfAnOptixTenant(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world, o Options) {
		w.serveAll(t)
		env := map[string]string{"SCANGATE_CLOUD_OPTIX_B_API_KEY": optixSecret}
		o.Getenv = func(name string) string { return env[name] }
		o.Endpoint = "http://127.0.0.1:5"
		if row, _ := read(t.Context(), t, o, "source", "cloud-optix", "name", "B"); row.Status != result.Answered {
			t.Errorf("at the gate's endpoint: %s", row.Reason)
		}
		o.Endpoint, env = "", nil
		if row, _ := read(t.Context(), t, o, "source", "cloud-optix", "name", "B"); row.Status != result.Answered {
			t.Errorf("at the emulator: %s", row.Reason)
		}
	})
	p := Plan{Sources: []Source{mustSource(t, "source", "cloud-optix", "name", "B")}}
	env := map[string]string{}
	address := func() []string {
		return p.Request(p.Rows()[0].Target, func(name string) string { return env[name] }, "https://gate.example").Addresses
	}
	if got := strings.Join(address(), " "); got != "https://gate.example" {
		t.Error(got)
	}
	env["SCANGATE_CLOUD_OPTIX_B_URL"] = "https://b.example"
	if got := strings.Join(address(), " "); got != "https://b.example" {
		t.Error(got)
	}
}
