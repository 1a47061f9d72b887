package optix

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func listNamed(t *testing.T, name string) AddressList {
	t.Helper()
	for _, l := range AddressLists() {
		if l.Name == name {
			return l
		}
	}
	t.Fatalf("no list %q", name)
	return AddressList{}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct{ whitelist, outbound string }{
		"203.0.113.7":            {"203.0.113.7", "203.0.113.7"},
		" 203.0.113.7 ":          {"203.0.113.7", "203.0.113.7"},
		"2001:DB8:0::1":          {"2001:db8::1", "2001:db8::1"},
		"203.0.113.7/32":         {"203.0.113.7", "takes no ranges"},
		"203.0.113.0/24":         {"203.0.113.0/24", "takes no ranges"},
		"2001:db8::/32":          {"2001:db8::/32", "takes no ranges"},
		"203.0.113.7/24":         {"write 203.0.113.0/24 for the range, or 203.0.113.7", "takes no ranges"},
		"0.0.0.0/0":              {"every address", "takes no ranges"},
		"::/0":                   {"every address", "takes no ranges"},
		"203.0.113.0/33":         {"must be a range", "takes no ranges"},
		"203.0.113.0/":           {"must be a range", "takes no ranges"},
		"203.0.113.1-9":          {"as CIDR", "as CIDR"},
		"203.0.113.1-203.0.11.9": {"as CIDR", "as CIDR"},
		"":                       {"must be an IPv4", "must be an IPv4"},
		"203.0.113":              {"must be an IPv4", "must be an IPv4"},
		"203.0.113.256":          {"must be an IPv4", "must be an IPv4"},
		"0203.0.113.1":           {"must be an IPv4", "must be an IPv4"},
		"host.example":           {"must be an IPv4", "must be an IPv4"},
		"fe80::1%eth0":           {"zone", "zone"},
		"::ffff:203.0.113.7":     {"write 203.0.113.7", "write 203.0.113.7"},
		"::ffff:203.0.113.0/120": {"as IPv4", "takes no ranges"},
		"0.0.0.0":                {"not the address of a host", "not the address of a host"},
		"::":                     {"not the address of a host", "not the address of a host"},
	} {
		for name, want := range map[string]string{"ip-whitelist": want.whitelist, "outbound-ips": want.outbound} {
			got, err := listNamed(t, name).Parse([]string{text})
			switch {
			case err != nil && strings.Contains(err.Error(), want):
			case err != nil || len(got) != 1 || AddressText(got[0]) != want:
				t.Errorf("%s: %q is %v, %v; want %q", name, text, got, err, want)
			}
		}
	}
	_, err := listNamed(t, "ip-whitelist").Parse([]string{"1.1.1.1", "x", "1.1.1.1/32", "y"})
	if err == nil || strings.Count(err.Error(), "\n") != 2 || !strings.Contains(err.Error(), "duplicate") {
		t.Errorf("%v", err)
	}
}

// Requests have the payloads of the reference.
func TestReferencePayloads(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		heading, list, path string
		accounts            []string
		want                string
	}{
		{"IP Whitelist", "ip-whitelist", "/api/v1/whitelistIPs", []string{"1", "2"}, `{"accountIds":["1","2"],"data":{"ips":["203.0.113.7","2001:db8::1"]}}`},
		{"IP Whitelist", "ip-whitelist", "/api/v1/whitelistIPs", nil, `{"data":{"ips":["203.0.113.7","2001:db8::1"]}}`},
		{"Outbound Traffic: IP list", "outbound-ips", "/api/v1/outboundtraffic/ipList", []string{"1"}, `[{"accountIds":["1"],"data":{"ips":["203.0.113.7","2001:db8::1"]}}]`},
		{"Outbound Traffic: IP list", "outbound-ips", "/api/v1/outboundtraffic/ipList", nil, `[{"data":{"ips":["203.0.113.7","2001:db8::1"]}}]`},
	} {
		l := listNamed(t, tc.list)
		if l.Section != tc.heading {
			t.Errorf("%s is in section %q", tc.list, l.Section)
		}
		addresses, err := l.Parse([]string{"203.0.113.7", "2001:db8::1"})
		if err != nil {
			t.Fatal(err)
		}
		var sent, kind string
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			sent, kind = r.Method+" "+r.URL.RequestURI()+" "+string(body), r.Header.Get("Content-Type")
			_, _ = io.WriteString(w, `[{"data":{"ips":["203.0.113.7/32"]}},{"data":{"ips":["2001:DB8:0::1"]}}]`)
		})
		if _, err := c.SendAddresses(t.Context(), l, AddressUpdate{tc.accounts, addresses}); err != nil {
			t.Error(err)
		}
		if want := "POST " + tc.path + " " + tc.want; sent != want || kind != "application/json" {
			t.Errorf("sent %s as %s, want %s", sent, kind, want)
		}
	}
}

// Every row of the tables of failures of both lists is an error of its kind, and no update is sent
// again.
func TestReferenceFailuresOfUpdates(t *testing.T) {
	t.Parallel()
	for _, l := range AddressLists() {
		for _, f := range common(failure{400, "Data object invalid", ErrAddresses}, failure{400, "Account Ids 12 not found", ErrFilter}, notFound(),
			failure{500, "Internal Server Error", nil}, failure{502, "<html>", nil}) {
			t.Run(l.Section+"/"+f.text, func(t *testing.T) {
				t.Parallel()
				requests := 0
				c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
					requests++
					w.WriteHeader(f.status)
					_, _ = io.WriteString(w, f.text)
				})
				_, err := c.SendAddresses(t.Context(), l, AddressUpdate{})
				if err == nil || f.kind != nil && !errors.Is(err, f.kind) {
					t.Errorf("%v, want %v", err, f.kind)
				}
				if requests != 1 {
					t.Errorf("sent %d times", requests)
				}
			})
		}
	}
}

func TestAnswersToUpdates(t *testing.T) {
	t.Parallel()
	for body, ok := range map[string]struct{ whitelist, outbound bool }{
		`[{"data":{"ips":["203.0.113.7"]},"id":7,"accountIds":["1"],"customerId":3,"accountId":"1"}]`: {true, true},
		`[]`: {true, true}, ``: {false, true}, `Success`: {false, true}, `{"message":"added"}`: {false, true}, `<html>`: {false, false},
		`{"success":false}`: {false, false}, `{"errorMessage":"x"}`: {false, false}, `{`: {false, false}, `[{}]`: {false, true}, `["x"]`: {false, true},
	} {
		_, err := answering(t, http.StatusOK, body).SendAddresses(t.Context(), listNamed(t, "ip-whitelist"), AddressUpdate{})
		_, other := answering(t, http.StatusOK, body).SendAddresses(t.Context(), listNamed(t, "outbound-ips"), AddressUpdate{})
		if (err == nil) != ok.whitelist || (other == nil) != ok.outbound {
			t.Errorf("%s: %v; %v", body, err, other)
		}
		if body == "<html>" && Explain(other, testNames()).Fix != "check --endpoint and HTTPS_PROXY: a login page or a proxy seems to answer for the service" {
			t.Errorf("%+v", Explain(other, testNames()))
		}
	}
	addresses, err := listNamed(t, "ip-whitelist").Parse([]string{"203.0.113.7", "10.0.0.0/8"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = answering(t, http.StatusOK, `[{"data":{"ips":["203.0.113.7","10.0.0.0/9"]}}]`).
		SendAddresses(t.Context(), listNamed(t, "ip-whitelist"), AddressUpdate{nil, addresses})
	if err == nil || !strings.Contains(err.Error(), "does not name 10.0.0.0/8") {
		t.Error(err)
	}
	got, err := answering(t, http.StatusOK, `[{"data":{"ips":["203.0.113.7","10.0.0.0/8"]},"id":7,"accountId":12}]`).
		SendAddresses(t.Context(), listNamed(t, "ip-whitelist"), AddressUpdate{nil, addresses})
	if diff := cmp.Diff([]AddressEntry{{ID: "7", AccountID: "12", Addresses: []string{"203.0.113.7", "10.0.0.0/8"}}}, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}
