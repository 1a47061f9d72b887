package alerts

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/transport"
)

// names are what the user calls the settings of the vendor.
func (s setup) names() result.Names {
	n := s.opts.Names
	n.Address = cmp.Or(s.env.named(roleAddress), n.Address)
	n.Key = cmp.Or(s.env.named(roleCredential), n.Key)
	return n
}

// explain makes an error the fault of a row.
func (s setup) explain(ctx context.Context, err error) result.Fault {
	_, known := errors.AsType[*result.FaultError](err)
	e, ok := errors.AsType[*transport.Error](err)
	if known || ctx.Err() == nil || ok && e.Class != transport.ClassCanceled {
		return transport.ExplainEnd(ctx, err, s.names(), s.explainFault)
	}
	err = &transport.PendingError{What: "the list was not read to its end"}
	f := transport.ExplainEnd(ctx, err, s.names(), s.explainFault)
	if f.Cause == result.CauseTimeout {
		f.Fix += ", or narrow the list with " + s.narrowing
	}
	return f
}

// explainFault leaves out what a service with personal data says in its error message.
func (s setup) explainFault(err error, n result.Names) result.Fault {
	e, ok := errors.AsType[*transport.Error](err)
	if ok && s.vendor.personal && e.Class != transport.ClassBody {
		silent := *e
		silent.Message = ""
		err = &silent
	}
	f := optix.Explain(err, n)
	if ok && e.Status == http.StatusBadRequest && !s.vendor.ofGate {
		f.Fix = checkFilters
	}
	return f
}

const checkFilters = "check the filters of the source in the config file"
