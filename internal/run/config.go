package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/result"
)

// ShownConfig is the merged config of a run, and the limits that it comes to.
type ShownConfig struct {
	// File is the config file, "" for none.
	File    string               `json:"file,omitempty"`
	Values  []config.Stated      `json:"values"`
	Limits  []result.LimitCheck  `json:"limits"`
	Numbers []result.NumberCheck `json:"numbers,omitempty"`
	Ignored []result.Ignored     `json:"ignored,omitempty"`
}

// VerifyConfig checks flags, variables and the config file as a scan of the request would. It sends
// nothing and changes no file. The error holds everything that is wrong, one line each.
func VerifyConfig(ctx context.Context, sys System, req Request) error {
	shown, err := mergedConfig(ctx, sys, req)
	if err != nil {
		return framed(sys, err)
	}
	name := "no config file was found, and flags and variables are"
	if shown.File != "" {
		name = shown.File + " is"
	}
	_, err = fmt.Fprintf(sys.Out, "%s valid\n", name)
	return err
}

// framed shows the places of errors in the config file. Of several, it prints each with its place.
func framed(sys System, err error) error {
	usage, ok := errors.AsType[*UsageError](err)
	if !ok {
		return err
	}
	list := leaves(usage.Err)
	for _, one := range list {
		if len(list) > 1 {
			sys.Say(one.Error())
		}
		if at, ok := errors.AsType[*config.Error](one); ok && at.Origin.Frame() != "" {
			fmt.Fprintln(sys.Err, "  "+strings.ReplaceAll(at.Origin.Frame(), "\n", "\n  "))
		}
	}
	if len(list) == 1 {
		return err
	}
	return usagef("%d problems, see above", len(list))
}

// leaves returns the errors that are joined in an error.
func leaves(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, one := range joined.Unwrap() {
		all = append(all, leaves(one)...)
	}
	return all
}

// ShowConfig writes every value of the merged config with its origin, then the limits in force.
// Errors are those of [VerifyConfig].
func ShowConfig(ctx context.Context, sys System, req Request, asJSON bool) error {
	shown, err := mergedConfig(ctx, sys, req)
	if err != nil {
		return err
	}
	for i, v := range shown.Values {
		shown.Values[i].Value = sys.secrets.Mask(v.Value)
	}
	if asJSON {
		enc := json.NewEncoder(console.NewJSONWriter(sys.Stdout))
		enc.SetIndent("", "  ")
		err = enc.Encode(shown)
	} else {
		err = shown.writeText(sys.Out)
	}
	if err != nil {
		return NotPrinted(err)
	}
	return nil
}

func mergedConfig(ctx context.Context, sys System, req Request) (ShownConfig, error) {
	in := inputs{sys: sys, req: req, started: sys.Now()}
	defer in.close()
	flags, err := config.Resolve(req.Settings, req.Flags, sys.Getenv, nil)
	if err != nil {
		return ShownConfig{}, &UsageError{err}
	}
	in.cfg = flags
	if err := in.openTree(ctx); err != nil {
		return ShownConfig{}, err
	}
	if err := in.readConfig(ctx); err != nil {
		return ShownConfig{}, err
	}
	in.warnOfVariables()
	verdict, _ := gate.Decide(nil, nil, in.cfg.Policy, gate.Options{Judge: &in.policy.Judge})
	rec := verdict.Record()
	return ShownConfig{File: in.config.path, Values: in.cfg.Stated(), Limits: rec.Limits, Numbers: rec.Numbers, Ignored: rec.Ignored}, nil
}

func (s ShownConfig) writeText(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "SETTING\tVALUE\tORIGIN")
	for _, v := range s.Values {
		fmt.Fprintf(t, "%s\t%s\t%s\n", v.Setting, v.Value, v.Origin)
	}
	fmt.Fprintln(t, "\nLIMIT\tALLOWED\tORIGIN")
	for _, l := range s.Limits {
		fmt.Fprintf(t, "%s\t%d\t%s\n", l.ID, l.Max, l.Origin)
	}
	for _, n := range s.Numbers {
		fmt.Fprintf(t, "%s\t%d\t%s\n", n.Number, n.Max, n.Origin)
	}
	if err := t.Flush(); err != nil { // the first error of all writes
		return err
	}
	for _, i := range s.Ignored {
		if _, err := fmt.Fprintf(w, "%s: %s\n", i.Origin, i.Why()); err != nil {
			return err
		}
	}
	return nil
}
