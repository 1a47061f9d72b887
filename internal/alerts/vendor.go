package alerts

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// source reads the open alerts that one entry of the config asks for.
type source interface {
	// open returns all of them, or an error. It never returns a part.
	open(ctx context.Context) ([]alert, error)
}

// Variable is an environment variable that a source takes.
type Variable struct {
	Name string
	// Use is one line for the help.
	Use string
	// Secret: the value is a credential.
	Secret bool
}

// vendor is what is fixed of an alert source.
type vendor struct {
	name      string
	variables []Variable
	// filters are the filters that the vendor's text documents, by its names.
	filters map[string]check
	// ours are the names that the text documents and nobody may set here, with
	// the reason.
	ours map[string]string
	// judge checks filters against each other.
	judge func(filters) string
	// narrow names the filters that make the list shorter.
	narrow string
	// personal: its alerts hold the data of people.
	personal bool
	// connect reads the environment. The error is a [*MissingError], or a mistake in
	// what the environment says.
	connect func(v *vendor, o *Options) (connection, error)
}

// connection is one vendor's service, shared by all entries that ask it: they
// share its rate limit.
type connection interface {
	source(s Spec) (source, error)
}

// vendors returns the five, in the order of the help.
func vendors() []*vendor {
	return []*vendor{cloudOptix(), zpc(), paloAlto(), workflow(), netskope()}
}

func lookup(name string) *vendor {
	for _, v := range vendors() {
		if v.name == name {
			return v
		}
	}
	return nil
}

func vendorNames() []string {
	var names []string
	for _, v := range vendors() {
		names = append(names, v.name)
	}
	return names
}

// Variables returns the environment variables of all sources. The gate's own
// key and endpoint, which Cloud Optix uses, are none of them.
func Variables() []Variable {
	var all []Variable
	for _, v := range vendors() {
		all = append(all, v.variables...)
	}
	return all
}

// Filters returns the names of the filters that can be set for each source, by
// the source's name.
func Filters() map[string][]string {
	all := map[string][]string{}
	for _, v := range vendors() {
		all[v.name] = v.settable()
	}
	return all
}

// Names returns the names of the sources, in the order of the help.
func Names() []string { return vendorNames() }

// settable are the names of the vendor's filters, sorted.
func (v *vendor) settable() []string {
	var own []string
	for name := range v.filters {
		own = append(own, name)
	}
	slices.Sort(own)
	return own
}

// common are the keys that every source has.
const common = "source, name, max, severity-map, older-than, account, region, resource, rule"

// unknown explains why a key is refused.
func (v *vendor) unknown(key string) string {
	word := strings.ToLower(strings.NewReplacer("_", "-").Replace(key))
	for _, secret := range []string{"url", "key", "token", "secret", "password", "credential", "customer-id", "customerid", "tsg"} {
		if strings.Contains(word, secret) {
			return fmt.Sprintf("%s has no place in the config file: address and credentials come from the environment alone: %s", key, v.variableNames())
		}
	}
	return fmt.Sprintf("unknown key %q; known for %s: %s; and its own filters: %s", key, v.name, common, strings.Join(v.settable(), ", "))
}

func (v *vendor) variableNames() string {
	if len(v.variables) == 0 {
		return "SCANGATE_API_KEY"
	}
	var names []string
	for _, variable := range v.variables {
		names = append(names, variable.Name)
	}
	return strings.Join(names, ", ")
}

func (v *vendor) fixCredentials() string {
	return "check " + v.credentials() + ": the service refuses them, or they lack the right to read alerts"
}

func (v *vendor) fixAddress() string {
	return "check " + v.address() + " and HTTPS_PROXY; if they are right, run it again later"
}

func (v *vendor) credentials() string {
	return v.names(func(x Variable) bool { return !strings.HasSuffix(x.Name, "_URL") && !strings.HasSuffix(x.Name, "_API") })
}

func (v *vendor) address() string {
	return v.names(func(x Variable) bool { return strings.HasSuffix(x.Name, "_URL") })
}

func (v *vendor) names(want func(Variable) bool) string {
	var names []string
	for _, variable := range v.variables {
		if want(variable) {
			names = append(names, variable.Name)
		}
	}
	return strings.Join(names, ", ")
}
