package alerts

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/choice"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/transport"
)

// Vendor is a service whose open alerts can be read.
type Vendor struct {
	// Name is the value of the key source in the config file.
	Name string
	// Title names the product, and what is read of it, in the documentation.
	Title string
	// Variables hold the address and the credentials.
	Variables []Variable
	// ofGate: the variables are for tenants alone; other entries use the gate's own endpoint and
	// key.
	ofGate bool

	// filters are the filters that the vendor documents, by its own names.
	filters map[string]filter
	// traits are those that its alerts can have: an entry can choose by no other. Those with the
	// vendor's names are filters that scangate applies to what it has read.
	traits map[string]trait
	// reserved are documented parameters that an entry can't set, each with the reason.
	reserved map[string]string
	// conflict checks a combination of filters; nil allows every combination.
	conflict func(filterValues) error
	// narrowing lists the filters that shorten the list, for advice.
	narrowing string
	// personal: the vendor's texts, error messages included, may hold personal data.
	personal bool
	// limits are the documented rate limits, shared by all entries of the vendor.
	limits []transport.RateLimit
	// connect makes the reader of one entry and sends nothing. A missing variable is a
	// [*result.FaultError]; any other error is a mistake in the environment.
	connect func(setup) (reader, error)
}

// reader reads the alerts of one entry of the config file.
type reader interface {
	// read returns all open alerts, or an error, never a part.
	read(ctx context.Context) (answer, error)
}

// answer is what a reader has read.
type answer struct {
	alerts []alert
	// notices are what the user should know about the answer.
	notices []string
	// choice counts the alerts, once they are chosen.
	choice result.Choice
}

func (a *answer) note(text string) { a.notices = append(a.notices, text) }

// Variable is an environment variable that a vendor takes.
type Variable struct {
	Name string
	// Use is one line for the help.
	Use string
	// Secret: the value is a credential, to be masked wherever it could be shown.
	Secret bool

	role role
	// fallback is used where the variable is not set and one of usedWith is.
	fallback string
	usedWith []string
}

// role is what a variable is advised for when its service can't be reached or refuses.
type role uint8

const (
	roleCredential role = iota
	roleAddress
	roleOption
)

// Vendors returns all vendors, in the order of the help.
func Vendors() []*Vendor {
	return []*Vendor{cloudOptixVendor(), zpcVendor(), iotVendor(), workflowVendor(), netskopeVendor()}
}

// lookup returns the vendor of a name, or nil.
func lookup(name string) *Vendor {
	for _, v := range Vendors() {
		if v.Name == name {
			return v
		}
	}
	return nil
}

func vendorNames() []string {
	var names []string
	for _, v := range Vendors() {
		names = append(names, v.Name)
	}
	return names
}

// Key describes a key by which entries of a vendor choose alerts.
type Key struct {
	Name, Values string
}

// Keys returns the filters that the vendor documents, then what chooses among the alerts that were
// read.
func (v *Vendor) Keys() []Key {
	var keys []Key
	for _, name := range slices.Sorted(maps.Keys(v.filters)) {
		f := v.filters[name]
		keys = append(keys, Key{name, cmp.Or(f.form, strings.Join(f.values, ", "))})
	}
	for _, name := range v.traitKeys() {
		t := v.traits[strings.TrimPrefix(name, excluding)]
		values := "patterns of " + t.from
		if t.values.check != nil {
			values += ": " + t.values.form
		}
		keys = append(keys, Key{name, values})
	}
	return keys
}

// traitKeys returns the keys that choose by traits, sorted: what alerts must have, and what is
// excluded.
func (v *Vendor) traitKeys() []string {
	var names []string
	for name := range v.traits {
		switch name {
		case traitID, traitTag:
			names = append(names, excluding+name)
		case traitRule:
			names = append(names, name, excluding+name)
		default:
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// commonKeys are the keys that entries of every vendor have.
func commonKeys() []string {
	return []string{"source", "name", "max", "severity-map", keyOlderThan, keyNewerThan, "allow-none", "related"}
}

// refuse explains why an entry can't have a key.
func (v *Vendor) refuse(key string) error {
	if reason, ok := v.reserved[key]; ok {
		return fmt.Errorf("%s can't be set: %s; fix: leave it out", key, reason)
	}
	switch {
	case namesCredential(key) && v.ofGate:
		return fmt.Errorf("%s can't be set here: %s uses the gate's own address and key; fix: for another tenant set name: NAME and %s",
			key, v.Name, variableNames(v.variables("NAME")))
	case namesCredential(key):
		return fmt.Errorf("%s can't be set here: address and credentials come only from the environment: %s", key, variableNames(v.Variables))
	}
	if t := strings.TrimPrefix(key, excluding); slices.Contains(commonTraits(), t) && v.traits[t].from == "" {
		return fmt.Errorf("%s can't be used: the alerts of %s have no %s; fix: choose with %s", key, v.Name, t, strings.Join(v.traitKeys(), ", "))
	}
	all := slices.Concat(commonKeys(), v.traitKeys(), slices.Sorted(maps.Keys(v.filters)))
	return choice.Unknown("key", key, all)
}

// namesCredential reports whether a key looks like that of an address or a credential.
func namesCredential(key string) bool {
	word := strings.ToLower(strings.ReplaceAll(key, "_", "-"))
	return slices.ContainsFunc([]string{
		"url", "key", "token", "secret", "password", "credential", "customer-id", "customerid", "tsg",
	}, func(part string) bool { return strings.Contains(word, part) })
}

func variableNames(variables []Variable) string {
	names := make([]string, len(variables))
	for i, v := range variables {
		names[i] = v.Name
	}
	return strings.Join(names, ", ")
}
