package alerts

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/choice"
	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/transport"
)

const (
	accountIDs   = "accountIds"
	syncedWithin = "synced-within"

	// accountsTime bounds how long a run waits for the accounts before it begins.
	accountsTime = time.Minute
)

// ValueError is a value of a source that can't be what is meant.
type ValueError struct {
	// Source is the index of the source in the plan.
	Source int
	FieldError
}

// CheckAccounts compares the accounts that sources of Cloud Optix name with those of the service,
// where the key may read them. It is to be called before [Job.Run]. A [*ValueError] is about an
// account that doesn't exist; what is wrong with one that does is the fault of the source's row.
func (j *Job) CheckAccounts(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, accountsTime)
	defer cancel()
	for i := range j.tasks {
		t := &j.tasks[i]
		c, ok := t.reader.(*cloudOptix)
		if !ok || !t.namesAccounts() && !t.filters.hasAny(syncedWithin) {
			continue
		}
		known, err := c.client.Accounts(ctx, optix.AccountFilter{})
		switch {
		case err == nil:
			if key, text := t.unknownAccount(known); text != "" {
				return &ValueError{i, FieldError{t.index(key), key + ": " + text}}
			}
			t.fault = t.accountFault(known)
			t.vouch()
		case !transport.IsRefused(err) || t.filters.hasAny(syncedWithin):
			f := t.explain(ctx, err)
			f.Reason = "the accounts can't be read: " + f.Reason
			t.fault = &result.FaultError{Fault: f}
		default:
			t.notices = append(t.notices, "the API key may not read the accounts: whether those that the source names exist and are enabled is not known")
		}
	}
	return nil
}

// accountPatterns returns the patterns of the accounts that a source names, by key.
func (s Source) accountPatterns() map[string][]string {
	all := map[string][]string{}
	if s.filters.hasAny(accountIDs) {
		all[accountIDs] = s.filters[accountIDs]
	}
	for _, c := range s.matcher.criteria {
		if c.trait == traitAccount {
			all[c.key] = c.patterns
		}
	}
	return all
}

func (s Source) namesAccounts() bool { return len(s.accountPatterns()) > 0 }

// namesAccount reports whether a pattern of a key is about an account. The service takes ids alone.
func namesAccount(key, pattern string, a optix.Account) bool {
	if key == accountIDs {
		return pattern == a.ID || slices.Contains(a.SubAccounts, pattern)
	}
	return matchAny([]string{pattern}, append([]string{a.ID, a.Name}, a.SubAccounts...))
}

// isRepository reports whether an account is the repository of alerts about code, which the service
// doesn't list.
func isRepository(pattern string) bool { return strings.Contains(pattern, "/") }

// unknownAccount returns the first account that the service doesn't know, with its key and what is
// wrong, "" for none.
func (s Source) unknownAccount(known []optix.Account) (key, text string) {
	for _, key := range []string{accountIDs, traitAccount} {
		for _, pattern := range s.accountPatterns()[key] {
			is := func(a optix.Account) bool { return namesAccount(key, pattern, a) }
			if isRepository(pattern) || slices.ContainsFunc(known, is) {
				continue
			}
			return key, fmt.Sprintf("Cloud Optix has no account %q%s", pattern, similarAccount(key, pattern, known))
		}
	}
	return "", ""
}

// similarAccount suggests an account: the one with that name where an id is needed, or else the
// nearest.
func similarAccount(key, pattern string, known []optix.Account) string {
	var words []string
	for _, a := range known {
		if key == accountIDs && strings.EqualFold(a.Name, pattern) {
			return fmt.Sprintf("; did you mean %q, the id of %s?", a.ID, a.Name)
		}
		words = append(words, a.ID)
		if key != accountIDs {
			words = append(words, a.Name)
		}
	}
	return choice.Suggest(pattern, words)
}

// vouch notes that accounts have the patterns: no alert needs to have them.
func (t *task) vouch() {
	t.matcher.criteria = slices.Clone(t.matcher.criteria)
	for i, c := range t.matcher.criteria {
		if c.trait == traitAccount {
			t.matcher.criteria[i].vouched = slices.DeleteFunc(slices.Clone(c.patterns), isRepository)
		}
	}
}

// accountFault returns the fault of a source whose accounts the service doesn't look at, nil for
// none. A source that names no accounts is about all that are enabled.
func (t *task) accountFault(known []optix.Account) error {
	limit, limited := parseAge(t.filters.first(syncedWithin))
	if limited && len(known) == 0 {
		return staleFault("Cloud Optix has no account, and "+syncedWithin+" is set", "connect an account in the console")
	}
	for _, a := range known {
		named := t.isAbout(a)
		disabled := a.Enabled != nil && !*a.Enabled
		switch {
		case named && disabled:
			return staleFault(fmt.Sprintf("account %s is disabled: Cloud Optix doesn't look at it", accountName(a)),
				"enable it in the Cloud Optix console, or remove it from the source")
		case !limited || disabled || t.namesAccounts() && !named || !t.wantsProvider(a):
			continue
		}
		if text := staleness(a.LatestSync, limit, t.opts.Now()); text != "" {
			return staleFault(fmt.Sprintf("account %s %s (%s: %s)", accountName(a), text, syncedWithin, t.filters.first(syncedWithin)),
				"sync it in the Cloud Optix console and see why it was not, or raise "+syncedWithin)
		}
	}
	return nil
}

func staleFault(reason, fix string) error {
	return &result.FaultError{Fault: result.Fault{Cause: result.CauseStale, Reason: reason, Fix: fix}}
}

// isAbout reports whether the source names an account.
func (s Source) isAbout(a optix.Account) bool {
	for key, patterns := range s.accountPatterns() {
		if slices.ContainsFunc(patterns, func(p string) bool { return namesAccount(key, p, a) }) {
			return true
		}
	}
	return false
}

// wantsProvider reports whether the source is about the provider of an account.
func (s Source) wantsProvider(a optix.Account) bool {
	wanted := s.filters["providerList"]
	return len(wanted) == 0 || a.Type == "" || slices.ContainsFunc(wanted, func(p string) bool { return strings.EqualFold(p, a.Type) })
}

func accountName(a optix.Account) string {
	if a.Name == "" || a.Name == a.ID {
		return a.ID
	}
	return fmt.Sprintf("%s (%s)", a.ID, a.Name)
}

// staleness says what is wrong with the time of the latest sync, "" if it is within the limit.
func staleness(latest string, limit time.Duration, now time.Time) string {
	at := parseTime(latest)
	switch {
	case latest == "":
		return "was never synced, or the service doesn't say when"
	case at.IsZero() || at.After(now.Add(clockMargin)):
		return fmt.Sprintf("was synced at %q, which is no time before now", latest)
	case at.Before(now.Add(-limit)):
		return fmt.Sprintf("was last synced %s ago, at %s", inHours(now.Sub(at)), at.UTC().Format(time.RFC3339))
	}
	return ""
}

// inHours is a duration in hours, or in days where these are many.
func inHours(d time.Duration) string {
	hours := int(d.Hours())
	if hours >= 72 {
		return fmt.Sprintf("%d days", hours/24)
	}
	return fmt.Sprintf("%d hours", hours)
}
