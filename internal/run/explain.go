package run

import (
	"fmt"

	"github.com/scangate/scangate/internal/explain"
	"github.com/scangate/scangate/internal/report"
	"github.com/scangate/scangate/internal/seal"
)

// Explain writes why the verdict of the saved result at path is what it is or, if name is not
// empty, what the verdict made of the finding or target that it names.
func Explain(sys System, path, name string, asJSON bool) error {
	s, err := readResult(sys, path, seal.Key{})
	if err != nil {
		return err
	}
	out := report.NewExplainer(sys.Out, sys.Width, s.Result)
	if name == "" {
		v := explain.Of(s.Result)
		if asJSON {
			err = report.WriteExplanation(sys.Stdout, v)
		} else {
			err = out.Verdict(v)
		}
		return written(err)
	}
	named, err := explain.Find(s.Result, name)
	if err != nil {
		return usagef("%s: %w", path, err)
	}
	if asJSON {
		err = report.WriteExplanation(sys.Stdout, named)
	} else {
		err = out.Named(named)
	}
	return written(err)
}

// written adds what could not be written.
func written(err error) error {
	if err != nil {
		return fmt.Errorf("can't write to standard output: %w", err)
	}
	return nil
}
