package optix

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/jsonx"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/transport"
)

// AddressList is a list of addresses at the service. The reference documents how to send one, and
// not how to read what the service has.
type AddressList struct {
	// Name is what commands call the list, and Section its heading in the reference.
	Name, Section string
	// Summary says in a line what sending addresses does.
	Summary string
	// Ranges: the list takes ranges of addresses beside single ones.
	Ranges bool

	path string
	// many: the body is an array of entries.
	many bool
}

// AddressLists returns the lists of addresses of the reference.
func AddressLists() []AddressList {
	return []AddressList{
		{
			Name: "outbound-ips", Section: "Outbound Traffic: IP list", path: "outboundtraffic/ipList", many: true,
			Summary: "raise an alert for outbound traffic to these addresses",
		},
		{
			Name: "ip-whitelist", Section: "IP Whitelist", path: "whitelistIPs", Ranges: true,
			Summary: "add these addresses and ranges to the whitelist",
		},
	}
}

// Parse reads addresses as the list takes them. They are returned in their usual spelling, each
// once. The error has a line for each that is wrong.
func (l AddressList) Parse(texts []string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	var errs []error
	seen := map[netip.Prefix]bool{}
	for _, s := range texts {
		p, err := l.parse(strings.TrimSpace(s))
		switch {
		case err != nil:
			errs = append(errs, err)
		case seen[p]:
			errs = append(errs, fmt.Errorf("%q: duplicate address; fix: name it once", s))
		default:
			seen[p] = true
			all = append(all, p)
		}
	}
	return all, errors.Join(errs...)
}

func (l AddressList) parse(s string) (netip.Prefix, error) {
	if strings.Contains(s, "/") {
		return l.parseRange(s)
	}
	a, err := netip.ParseAddr(s)
	switch {
	case err != nil && strings.Contains(s, "-"):
		return netip.Prefix{}, fmt.Errorf("%q: must be an address; fix: write a range as CIDR, such as 203.0.113.0/24", s)
	case err != nil:
		return netip.Prefix{}, fmt.Errorf("%q: must be an IPv4 or IPv6 address%s", s, l.orRange())
	case a.Zone() != "":
		return netip.Prefix{}, fmt.Errorf("%q: an address with a zone is one of this machine's networks; fix: leave out %q", s, "%"+a.Zone())
	case a.Is4In6():
		return netip.Prefix{}, fmt.Errorf("%q: must be written as IPv4; fix: write %s", s, a.Unmap())
	case a.IsUnspecified():
		return netip.Prefix{}, fmt.Errorf("%q is not the address of a host", s)
	}
	return netip.PrefixFrom(a, a.BitLen()), nil
}

func (l AddressList) orRange() string {
	if l.Ranges {
		return ", or a range such as 203.0.113.0/24"
	}
	return ""
}

func (l AddressList) parseRange(s string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(s)
	switch {
	case !l.Ranges:
		return p, fmt.Errorf("%q: must be a single address: the list takes no ranges", s)
	case err != nil:
		return p, fmt.Errorf("%q: must be a range such as 203.0.113.0/24 or 2001:db8::/32", s)
	case p.Addr().Is4In6():
		return p, fmt.Errorf("%q: must be written as IPv4", s)
	case p.Masked() != p:
		return p, fmt.Errorf("%q: has bits set beyond its length; fix: write %s for the range, or %s for the address", s, p.Masked(), p.Addr())
	case p.Bits() == 0:
		return p, fmt.Errorf("%q: holds every address; fix: name the ranges that you mean", s)
	}
	return p, nil
}

// AddressText returns an address as it is sent: a range of one is a single address.
func AddressText(p netip.Prefix) string {
	if p.IsSingleIP() {
		return p.Addr().String()
	}
	return p.String()
}

// AddressUpdate is what is sent to a list. Without accounts it is for all of them.
type AddressUpdate struct {
	Accounts  []string
	Addresses []netip.Prefix
}

// addressEntry is the payload of the reference.
type addressEntry struct {
	AccountIDs []string    `json:"accountIds,omitempty"`
	Data       addressData `json:"data"`
}

type addressData struct {
	IPs []string `json:"ips"`
}

// Body returns the JSON that is sent for an update.
func (l AddressList) Body(u AddressUpdate) []byte {
	e := addressEntry{AccountIDs: u.Accounts, Data: addressData{IPs: []string{}}}
	for _, p := range u.Addresses {
		e.Data.IPs = append(e.Data.IPs, AddressText(p))
	}
	var payload any = e
	if l.many {
		payload = []addressEntry{e}
	}
	b, _ := json.Marshal(payload) // texts alone, which can always be written
	return b
}

// AddressEntry is an entry that the service says it has now.
type AddressEntry struct {
	ID, AccountID string
	Addresses     []string
}

// SendAddresses sends an update (POST). It is sent once: after a fault it is unknown whether the
// service took it. The entries are those of the answer, which only the whitelist documents.
func (c *Client) SendAddresses(ctx context.Context, l AddressList, u AddressUpdate) ([]AddressEntry, error) {
	body := l.Body(u)
	r := transport.Request{
		Method: http.MethodPost, Path: apiPrefix + l.path, ContentType: "application/json", Length: int64(len(body)),
		Body:    func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil },
		MaxBody: maxLargeAnswer,
	}
	if l.many {
		return nil, c.accepted(ctx, r)
	}
	opts := answers()
	opts.Array = true
	var entries []AddressEntry
	_, err := c.t.JSON(ctx, r, opts, func(o *jsonx.Object) error {
		entries = decodeEntries(o)
		return nil // JSON returns the error of o
	})
	if err != nil {
		return nil, c.failure(err)
	}
	return entries, u.namedIn(entries)
}

// namedIn returns an error unless the entries have all addresses of the update.
func (u AddressUpdate) namedIn(entries []AddressEntry) error {
	var stored []string
	for _, e := range entries {
		for _, text := range e.Addresses {
			if p, err := (AddressList{Ranges: true}).parse(text); err == nil {
				text = AddressText(p)
			}
			stored = append(stored, text)
		}
	}
	for _, p := range u.Addresses {
		if text := AddressText(p); !slices.Contains(stored, text) {
			return result.Contradicts("the service took the update, and its answer does not name %s", text)
		}
	}
	return nil
}

// decodeEntries reads the answer to an update of the whitelist.
func decodeEntries(o *jsonx.Object) []AddressEntry {
	if !o.IsArray() {
		checkSuccess(o)
		o.Fail("", "an array")
		return nil
	}
	var entries []AddressEntry
	for item := range o.Objects("") {
		entries = append(entries, AddressEntry{
			ID: item.OptID("id"), AccountID: item.OptID("accountId"), Addresses: item.Object("data").Texts("ips"),
		})
	}
	return entries
}

// accepted makes a request whose answer the reference doesn't show: nothing, a text or JSON. A web
// page, and JSON that says that it failed, is an error.
func (c *Client) accepted(ctx context.Context, r transport.Request) error {
	resp, err := c.t.Do(ctx, r)
	if err != nil {
		return c.failure(err)
	}
	text := bytes.TrimSpace(resp.Body)
	if len(text) == 0 || text[0] != '{' && text[0] != '<' {
		return nil
	}
	o := jsonx.Parse(text, answers())
	checkSuccess(o)
	if err := o.Err(); err != nil {
		return c.failure(c.t.BodyError(r, err))
	}
	return nil
}
