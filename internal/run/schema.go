package run

import (
	"io"

	"github.com/scangate/scangate/internal/choice"
	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/result"
)

// Schemas lists the documents that have a JSON Schema.
func Schemas() []string { return []string{"config", "result", "plan"} }

// Schema writes the JSON Schema of a document.
func Schema(sys System, document string) error {
	var text string
	switch document {
	case "config":
		text = config.Schema()
	case "result":
		text = result.Schema()
	case "plan":
		text = result.PlanSchema()
	default:
		return &UsageError{choice.Unknown("document", document, Schemas())}
	}
	if _, err := io.WriteString(sys.Out, text); err != nil {
		return NotPrinted(err)
	}
	return nil
}
