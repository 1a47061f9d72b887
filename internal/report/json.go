package report

import (
	"io"

	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/seal"
)

// writeJSON writes result.json, sealed if there is a key. No other option changes it: the verdict
// that is taken from it must not depend on what was shown.
func writeJSON(w io.Writer, m *Model, o Options) error {
	if !o.Seal.Present() {
		return result.Encode(console.NewJSONWriter(w), m.result)
	}
	unsealed := *m.result
	unsealed.Seal = ""
	sealed := seal.NewWriter(w, o.Seal)
	if err := result.Encode(console.NewJSONWriter(sealed), &unsealed); err != nil {
		return err
	}
	return sealed.Close()
}

// WritePlan writes the plan of a dry run as JSON.
func WritePlan(w io.Writer, d *result.PlanDocument) error {
	return result.EncodePlan(console.NewJSONWriter(w), d)
}
