package run

import (
	"errors"
	"fmt"
	"slices"

	"github.com/scangate/scangate/internal/alerts"
	"github.com/scangate/scangate/internal/config"
)

// readAlerts reads what the config file asks for under alerts: and checks:.
func readAlerts(cfg *config.Config) (alerts.Plan, error) {
	var p alerts.Plan
	var errs []error
	for _, e := range cfg.Alerts {
		s, err := alerts.ParseSource(fieldsOf(e))
		errs = append(errs, positioned(e, err)...)
		s.Origin = e.Origin.Plain()
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
		return alerts.Plan{}, entry.Error(-1, fmt.Sprintf("duplicate name %q; fix: give each entry a name: of its own", p.Rows()[i].Target.Name))
	}
	return p, nil
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
