package run

import (
	"slices"
	"strings"
	"sync"

	"github.com/scangate/scangate/internal/alerts"
	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/secret"
)

// credentials are those that the run knows: what it says and reports must not hold one. A nil one
// knows none. It is safe for concurrent use.
type credentials struct {
	mu     sync.Mutex
	values []secret.Value
	masker secret.Masker
}

// newCredentials returns those of the environment.
func newCredentials(sys System) *credentials {
	c := &credentials{}
	// A shorter one than a key may be a part of any word, and the name of a variable is not a key.
	c.values = slices.DeleteFunc(sys.secretsInEnvironment(), func(v secret.Value) bool {
		text := strings.TrimSpace(v.Reveal())
		return len(text) < minKeySize || isReference(text)
	})
	c.masker = secret.Credentials(c.values...)
	return c
}

// secretsInEnvironment returns the values of the variables that may hold a credential.
func (s System) secretsInEnvironment() []secret.Value {
	var all []secret.Value
	for _, name := range []string{config.APIKeyVariable, "GITHUB_TOKEN", "CI_JOB_TOKEN"} {
		all = append(all, secret.Value(s.Getenv(name)))
	}
	for _, v := range alerts.VariablesIn(s.Environ) {
		if v.Secret {
			all = append(all, secret.Value(s.Getenv(v.Name)))
		}
	}
	return all
}

// add adds a credential that is in no variable.
func (c *credentials) add(v secret.Value) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.values = append(c.values, v)
	c.masker = secret.Credentials(c.values...)
}

// all returns the credentials.
func (c *credentials) all() []secret.Value {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.values)
}

// mask returns what masks them.
func (c *credentials) mask() secret.Masker {
	if c == nil {
		return secret.Masker{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.masker
}

// Mask returns a text without them.
func (c *credentials) Mask(text string) string { return c.mask().Mask(text) }

// maskResult masks the texts of a result that people read, and that nothing is found by: the names
// of targets and files stay, since two of them may differ in nothing else.
func (c *credentials) maskResult(res *result.Result) {
	m := c.mask()
	res.Ledger = slices.Clone(res.Ledger)
	for i := range res.Ledger {
		f := &res.Ledger[i].Fault
		f.Reason, f.Fix = m.Mask(f.Reason), m.Mask(f.Fix)
	}
	for i := range res.Notices {
		res.Notices[i].Text = m.Mask(res.Notices[i].Text)
	}
	res.Repository.Branch = m.Mask(res.Repository.Branch)
}
