package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/scangate/scangate/internal/alerts"
	"github.com/scangate/scangate/internal/config"
)

// readAlerts reads what is asked for under alerts: and checks: in the config file, and by flags.
func readAlerts(cfg *config.Config, now time.Time) (alerts.Plan, error) {
	var p alerts.Plan
	var errs []error
	newer, err := alerts.ParseSince(cfg.NewerThan, now)
	if err != nil && cfg.NewerThan != "" {
		errs = append(errs, usagef("%s: %w", cfg.Origin("newer-than"), err))
	}
	for _, e := range cfg.Alerts {
		s, err := alerts.ParseSource(fieldsOf(e), now)
		errs = append(errs, positioned(e, err)...)
		s.Origin = e.Origin.Plain()
		if cfg.NewerThan != "" && err == nil {
			if s, err = s.NewerThan(newer, now); err != nil {
				errs = append(errs, e.Error(-1, fmt.Sprintf("--newer-than: %s", err)))
			}
		}
		p.Sources = append(p.Sources, s)
	}
	for _, e := range cfg.Checks {
		c, err := alerts.ParseCheck(fieldsOf(e))
		errs = append(errs, positioned(e, err)...)
		c.Origin = e.Origin.Plain()
		p.Checks = append(p.Checks, c)
	}
	if err := errors.Join(errs...); err != nil {
		return alerts.Plan{}, err
	}
	if i, ok := p.Duplicate(); ok {
		entry := slices.Concat(cfg.Alerts, cfg.Checks)[i]
		return alerts.Plan{}, entry.Error(-1, fmt.Sprintf("duplicate name %q; fix: give each source or check a name of its own", p.Rows()[i].Target.Name))
	}
	return p, nil
}

// sourcesMissing tells what to write where a run that asks alert sources alone has none.
const sourcesMissing = "no source of alerts is named; fix: use --source cloud-optix --max critical=0, or write in .scangate.yaml:"

// sourcesExample is that file.
const sourcesExample = `
version: 1
alerts:
  - source: cloud-optix
    days: 30
    max: {critical: 0, high: 10}

The sources and their keys: scangate help sources
`

// sayMissingSources shows both.
func (in *inputs) sayMissingSources() {
	if in.req.AlertsOnly && len(in.alerts.Rows()) == 0 {
		in.sys.Say(sourcesMissing)
		_, _ = io.WriteString(in.sys.Err, sourcesExample) // as in Say
	}
}

// checkAccounts returns a usage error about an account that the service doesn't know.
func (in inputs) checkAccounts(ctx context.Context, job *alerts.Job) error {
	return in.placed(job.CheckAccounts(ctx))
}

// placed makes a wrong value of a source a usage error with its place in the file.
func (in inputs) placed(err error) error {
	if value, ok := errors.AsType[*alerts.ValueError](err); ok {
		return &UsageError{in.cfg.Alerts[value.Source].Error(value.Field, value.Text)}
	}
	return err
}

func fieldsOf(e config.Entry) []alerts.Field {
	fields := make([]alerts.Field, len(e.Fields))
	for i, f := range e.Fields {
		fields[i] = alerts.Field{Key: f.Key, Values: f.Texts}
	}
	return fields
}

// positioned gives the errors of an entry's fields their places in the file.
func positioned(e config.Entry, err error) []error {
	all := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		all = joined.Unwrap()
	}
	var out []error
	for _, err := range all {
		if field, ok := errors.AsType[*alerts.FieldError](err); ok {
			out = append(out, e.Error(field.Field, field.Text))
		}
	}
	return out
}
