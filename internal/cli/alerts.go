package cli

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/scangate/scangate/internal/alerts"
	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/locate"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/scan"
)

func (a *app) alertsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "alerts",
		Short: "Check open cloud alerts and posture, and decide",
		Long: `alerts asks the alert sources and runs the posture checks that the config file
names under alerts: and checks:, and decides. scangate scan does the same beside
its scans. Addresses and credentials come from the environment alone; see
scangate help sources.`,
		Example: `  $ scangate alerts
  $ scangate alerts --config deploy/.scangate.yaml --fail-on critical
  $ scangate alerts --endpoint embedded             # sample alerts, without an account`,
		Args: cobra.NoArgs,
	}
	settings := config.Settings(config.Alerts)
	flags := addFlags(cmd, settings)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		r := &scanRun{app: a, path: ".", settings: settings, alertsOnly: true}
		return r.do(cmd.Context(), flags())
	}
	return cmd
}

// readAlerts reads what the config file asks for under alerts: and checks:.
func readAlerts(cfg *config.Config) (alerts.Plan, error) {
	var p alerts.Plan
	var errs []error
	for _, e := range cfg.Alerts {
		s, err := alerts.ParseSource(fieldsOf(e))
		errs = append(errs, placed(e, err)...)
		s.Place = e.Location()
		p.Sources = append(p.Sources, s)
	}
	for _, e := range cfg.Checks {
		c, err := alerts.ParseCheck(fieldsOf(e))
		errs = append(errs, placed(e, err)...)
		c.Place = e.Location()
		p.Checks = append(p.Checks, c)
	}
	if err := errors.Join(errs...); err != nil {
		return alerts.Plan{}, err
	}
	if i, ok := p.Twice(); ok {
		entry := slices.Concat(cfg.Alerts, cfg.Checks)[i]
		return alerts.Plan{}, entry.Error(-1, fmt.Sprintf("%q is there twice: give each a name: of its own", p.Rows()[i].Target.Name))
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

// placed gives the errors of an entry's fields their places in the file.
func placed(e config.Entry, err error) []error {
	var out []error
	all := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		all = joined.Unwrap()
	}
	for _, err := range all {
		var field *alerts.FieldError
		if errors.As(err, &field) {
			out = append(out, e.Error(field.Field, field.Text))
		}
	}
	return out
}

// alertJob connects the alert sources. svc is nil where there is no key, for the
// reason in missing.
func (r *scanRun) alertJob(svc *service, missing *noKeyError, told *progress) (*alerts.Job, error) {
	roots, err := loadCAs(r.cfg)
	if err != nil {
		return nil, err
	}
	tc := r.transportConfig(r.cfg, "")
	tc.RootCAs = roots
	o := alerts.Options{
		Getenv: r.sys.Getenv, Transport: tc, Personal: r.cfg.PersonalData,
		SaveResults: r.cfg.SaveResults && !r.alertsOnly, Policy: r.cfg.Policy, Now: r.sys.Now,
		Progress: told.alerts,
	}
	if svc != nil {
		o.Optix = svc.client
	}
	if missing != nil {
		o.NoOptix = &alerts.MissingError{Reason: missing.reason, Fix: missing.fix}
	}
	job, err := alerts.Prepare(r.alerts, o)
	if err != nil {
		return nil, usageError{err}
	}
	return job, nil
}

// join puts the answers of both sides together.
func (r *scanRun) join(outcome scan.Outcome, found alerts.Outcome) scan.Outcome {
	outcome.Rows = slices.Concat(outcome.Rows, found.Rows)
	outcome.Notices = slices.Concat(outcome.Notices, found.Notices)
	savedAs := ""
	if r.cfg.SaveResults {
		savedAs = r.repo.URL
	}
	r.open = locate.OpenAlerts(found.Findings, outcome.Submissions, savedAs)
	return outcome
}

// rows are all rows of the run, in the state before anything was asked.
func (r *scanRun) rows() []result.Row { return slices.Concat(r.plan.Rows, r.alerts.Rows()) }

// alertVariables are the names of the variables that alert sources take.
func alertVariables() []string {
	var names []string
	for _, v := range alerts.Variables() {
		names = append(names, v.Name)
	}
	return names
}
