package emulator

import "github.com/scangate/scangate/internal/emulator/rules"

// Policy is an IaC policy of the sample account: the rules of one provider.
type Policy struct{ Name, Provider string }

// Policies returns the IaC policies of the sample account.
func Policies() []Policy {
	return []Policy{
		{"Sample AWS policy", "AWS"},
		{"Sample Azure policy", "Azure"},
		{"Sample GCP policy", "GCP"},
		{"Sample Kubernetes policy", "Kubernetes"},
	}
}

// hasPolicy reports whether the account has a policy. An empty name means all.
func hasPolicy(name string) bool { return name == "" || policyProvider(name) != "" }

func policyProvider(name string) string {
	for _, p := range Policies() {
		if p.Name == name {
			return p.Provider
		}
	}
	return ""
}

// inPolicy reports whether a policy has the rule of an alert. One that the account does
// not have stands for all.
func inPolicy(a rules.Alert, policy string) bool {
	provider := policyProvider(policy)
	return provider == "" || provider == a.Provider
}
