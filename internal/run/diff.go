package run

import (
	"errors"

	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/report"
	"github.com/scangate/scangate/internal/seal"
)

// Diff writes what is new, known and fixed in the saved result at now against the one at before.
func Diff(sys System, before, now string, asJSON bool) error {
	defer collectAt(askingGrowth)()
	old, err := readResult(sys, before, seal.Key{})
	if err != nil {
		return err
	}
	earlier, err := old.asEarlier(before)
	if err != nil {
		return err
	}
	res, err := readResult(sys, now, seal.Key{})
	if err != nil {
		return err
	}
	if err := res.requireWhole(now); err != nil {
		return err
	}
	delta, states := gate.Diff(earlier, res.Result)
	d := report.Diff{Delta: delta, Findings: res.Findings, States: states}
	if asJSON {
		err = d.WriteJSON(sys.Stdout)
	} else {
		err = d.WriteText(sys.Out, sys.Width)
	}
	return errors.Join(written(err), sys.Publisher.setDelta(delta))
}
