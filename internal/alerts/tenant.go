package alerts

import (
	"fmt"
	"slices"
	"strings"
)

// A tenant is one of several customers' accounts at a vendor. The name of an entry chooses it, and
// with it the variables that hold address and credentials: SCANGATE_NETSKOPE_PROD_TOKEN is the
// token of the entry with name: PROD. Any other name is only that of the row.

// isTenant reports whether a name consists of capital letters and digits.
func isTenant(name string) bool {
	return name != "" && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

// prefix begins the names of the vendor's variables.
func (v *Vendor) prefix() string {
	return "SCANGATE_" + strings.ToUpper(strings.ReplaceAll(v.Name, "-", "_")) + "_"
}

// variable is the name that one of the vendor's variables has for a tenant, "" for none.
func (v *Vendor) variable(name, tenant string) string {
	if tenant == "" {
		return name
	}
	return v.prefix() + tenant + "_" + strings.TrimPrefix(name, v.prefix())
}

// variables returns the variables of an entry with a tenant, or "" for none.
func (v *Vendor) variables(tenant string) []Variable {
	if tenant == "" && v.ofGate {
		return nil
	}
	all := slices.Clone(v.Variables)
	for i := range all {
		all[i].Name, all[i].usedWith = v.variable(all[i].Name, tenant), slices.Clone(all[i].usedWith)
		for j, name := range all[i].usedWith {
			all[i].usedWith[j] = v.variable(name, tenant)
		}
	}
	return all
}

// checkTenant refuses a tenant one of whose variables has the name of another variable.
func (v *Vendor) checkTenant(tenant string) error {
	for _, x := range v.variables(tenant) {
		if tenant != "" && slices.ContainsFunc(v.Variables, func(y Variable) bool { return x.Name == y.Name }) {
			return fmt.Errorf("%q can't name a tenant: %s is a variable of %s without a name; fix: use another name", tenant, x.Name, v.Name)
		}
	}
	return nil
}

// misnamed refuses a name that is not that of a tenant although there are variables for it: the
// entry would ask another tenant than it names.
func (s Source) misnamed(getenv func(string) string) error {
	tenant := strings.ToUpper(s.Name)
	if s.tenant != "" || !isTenant(tenant) {
		return nil
	}
	for _, v := range s.vendor.variables(tenant) {
		if getenv(v.Name) != "" {
			return fmt.Errorf("name: %q does not choose %s; fix: write %s for that tenant, or unset the variable", s.Name, v.Name, tenant)
		}
	}
	return nil
}

// Variables returns the variables of all vendors for entries without a tenant.
func Variables() []Variable { return variablesOf(Vendors()) }

func variablesOf(vendors []*Vendor) []Variable {
	var all []Variable
	for _, v := range vendors {
		all = append(all, v.variables("")...)
	}
	return all
}

// VariablesIn returns the variables of all vendors, and those of tenants that are set. environ is
// in the form of os.Environ.
func VariablesIn(environ []string) []Variable {
	vendors := Vendors()
	all := variablesOf(vendors)
	for _, kv := range environ {
		name, _, _ := strings.Cut(kv, "=")
		for _, v := range vendors {
			rest, ok := strings.CutPrefix(name, v.prefix())
			tenant, _, _ := strings.Cut(rest, "_")
			if !ok || !isTenant(tenant) {
				continue
			}
			for _, x := range v.variables(tenant) {
				if x.Name == name {
					all = append(all, x)
				}
			}
		}
	}
	return all
}

// Variables returns the variables that the sources of the plan read.
func (p Plan) Variables() []Variable {
	var all []Variable
	for _, s := range p.Sources {
		all = append(all, s.vendor.variables(s.tenant)...)
	}
	return all
}
