package optix

import (
	"io"

	"github.com/scangate/scangate/internal/jsonx"
)

// decodeReport calls each for every alert of a detailed report, in bounded
// memory. A report without an array of alerts is an error.
func decodeReport(body io.Reader, opts jsonx.Options, each func(IaCAlert) error) error {
	texts := interner{}
	_, err := jsonx.Stream(body, opts, "alerts", func(o *jsonx.Object) error {
		a := IaCAlert{
			ScanID:   texts.intern(o.OptText("scanID")),
			Summary:  texts.intern(o.OptText("alertSummary")),
			Severity: texts.intern(o.OptText("criticalLevel")),
			Details:  o.OptText("alertDetails"),
		}
		if err := o.Err(); err != nil {
			return err
		}
		return each(a)
	})
	return err
}

// interner keeps one copy of each text that many alerts share.
type interner map[string]string

// maxInterned bounds the memory of texts that no alerts share.
const maxInterned = 10_000

func (i interner) intern(s string) string {
	if known, ok := i[s]; ok {
		return known
	}
	if len(i) < maxInterned {
		i[s] = s
	}
	return s
}
