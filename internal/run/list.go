package run

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/secret"
	"github.com/scangate/scangate/internal/table"
	"github.com/scangate/scangate/internal/transport"
)

// Rows say how a command of scangate optix writes rows.
type Rows struct {
	Format table.Format
	// Columns are those of a table and of CSV; empty means the usual ones.
	Columns []string
	// Limit is the greatest number of rows, 0 for all.
	Limit int
}

func (r Rows) checkLimit() error {
	if r.Limit < 0 {
		return usagef("--limit: must be an integer >= 1, got %d", r.Limit)
	}
	return nil
}

// ListRequest asks for a list of Cloud Optix.
type ListRequest struct {
	Request
	Rows
	Area optix.Area
	// Values are those of the list's parameters, by their names in the reference.
	Values map[string][]string
	// PageSize is the number of rows in one answer, 0 for the usual one.
	PageSize int
}

// FlagName returns the name of the flag for a parameter of the reference: account-ids for
// accountIds.
func FlagName(param string) string {
	var b strings.Builder
	for _, r := range param {
		if unicode.IsUpper(r) {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// List writes the rows of a list of Cloud Optix, as they come. The error is a [*UsageError] where
// nothing was asked for, and otherwise something that left the list incomplete.
func List(ctx context.Context, sys System, req ListRequest) (Ending, error) {
	q, err := req.query()
	if err != nil {
		return Ending{}, err
	}
	if req.Columns, err = req.columns(q); err != nil {
		return Ending{}, err
	}
	return askOptix(ctx, sys, req.Request, func(ctx context.Context, svc *service, cfg *config.Config) (string, error) {
		n, err := writeRows(sys, req.Rows, publicRows(svc.client.Rows(ctx, q), cfg.PersonalData))
		line := fmt.Sprintf("%s: %s", req.Area.Name, rowsText(n))
		switch {
		case err != nil && n > 0:
			err = fmt.Errorf("after %s: %w", rowsText(n), listError(err, req.Area))
		case err != nil:
			err = listError(err, req.Area)
		case n > 0 && n == req.Limit:
			line += fmt.Sprintf("; stopped at --limit %d", n)
		}
		if !cfg.PersonalData && q.NamesPeople() {
			line += "; names and addresses of people are masked, --include-personal-data shows them"
		}
		return line, err
	})
}

// rowsText is a number of rows for a message.
func rowsText(n int) string {
	if n == 1 {
		return "1 row"
	}
	return fmt.Sprintf("%d rows", n)
}

// query checks the values of the parameters. A list that is to be short is asked for in a short
// page.
func (r ListRequest) query() (optix.Query, error) {
	if err := r.checkLimit(); err != nil {
		return optix.Query{}, err
	}
	size, pages := r.PageSize, r.Area.Pages
	if size == 0 && r.Limit > 0 && pages.Max > 0 {
		size = min(max(r.Limit, pages.Min), pages.Usual)
	}
	q, err := r.Area.Query(r.Values, size)
	if err == nil {
		return q, nil
	}
	var lines []string
	for _, e := range optix.ParamErrors(err) {
		lines = append(lines, r.wrongValue(e))
	}
	return q, usagef("%s", strings.Join(lines, "\n"))
}

// wrongValue names the flag or the argument of a wrong parameter.
func (r ListRequest) wrongValue(wrong *optix.ParamError) string {
	name := "--" + FlagName(wrong.Param)
	for _, p := range r.Area.Params {
		if p.Name == wrong.Param && p.InPath {
			name = ArgumentName(p.Name)
		}
	}
	if wrong.Param == "size" {
		name = "--page-size"
	}
	return name + ": " + wrong.Text
}

// ArgumentName returns the name of the argument for a parameter of the reference: SEARCH-KEY for
// searchKey.
func ArgumentName(param string) string { return strings.ToUpper(FlagName(param)) }

// columns returns the columns of a table or of CSV.
func (r ListRequest) columns(q optix.Query) ([]string, error) {
	var known []string
	for _, f := range q.Fields() {
		known = append(known, f.Name)
	}
	for _, name := range r.Columns {
		if known != nil && !slices.Contains(known, name) {
			return nil, usagef("--columns: rows have no field %q; fix: use %s", name, strings.Join(known, ", "))
		}
	}
	switch {
	case r.Columns != nil:
		return r.Columns, nil
	case r.Format == table.CSV && known != nil:
		return known, nil
	}
	return q.Columns(), nil
}

// publicRows are rows with the data of people if personal is set.
func publicRows(rows iter.Seq2[optix.Row, error], personal bool) iter.Seq2[table.Row, error] {
	return func(yield func(table.Row, error) bool) {
		for row, err := range rows {
			if err == nil && !personal {
				row = row.Public()
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

// writeRows writes rows up to the limit, and returns how many it wrote. Rows that came before an
// error are written.
func writeRows(sys System, how Rows, rows iter.Seq2[table.Row, error]) (n int, err error) {
	w := table.NewWriter(table.Options{
		Format: how.Format, Columns: how.Columns, Width: terminalWidth(sys), People: sys.Out, Machine: sys.Stdout,
	})
	for row, wrong := range rows {
		if wrong == nil {
			err = writeError(w.Row(row))
		} else if err = wrong; n == 0 {
			return 0, err
		}
		if err != nil {
			break
		}
		if n++; n == how.Limit {
			break
		}
	}
	if failed := writeError(w.Close()); err == nil {
		err = failed
	}
	return n, err
}

// terminalWidth is the width of a table, 0 where no person watches.
func terminalWidth(sys System) int {
	if !sys.StdoutTerminal {
		return 0
	}
	return sys.Width
}

// errReaderGone is a reader of standard output that wants no more rows. It is never shown.
var errReaderGone = errors.New("gone")

func writeError(err error) error {
	if ReaderLeft(err) {
		return errReaderGone
	}
	return written(err)
}

// askOptix connects to Cloud Optix for work that takes no verdict, and returns the line with which
// it ends. A reader that closes the pipe has what it wanted.
func askOptix(ctx context.Context, sys System, req Request, work func(context.Context, *service, *config.Config) (string, error)) (Ending, error) {
	in, err := optixInputs(sys, req)
	if err != nil {
		return Ending{}, err
	}
	return in.askOptix(ctx, work)
}

func (in inputs) askOptix(ctx context.Context, work func(context.Context, *service, *config.Config) (string, error)) (Ending, error) {
	ctx, cancel := context.WithTimeout(ctx, in.cfg.Timeout)
	defer cancel()
	if err := in.startTrace(true); err != nil {
		return Ending{}, err
	}
	defer in.endTrace()
	svc, err := connect(ctx, in)
	if noKey, ok := errors.AsType[*result.FaultError](err); ok && noKey.Cause == result.CauseNoCredentials {
		noKey.Fix = howToGetKey
	}
	if err != nil {
		return Ending{}, err
	}
	defer svc.close()
	line, err := work(ctx, svc, in.cfg)
	signal, interrupted := interruptOf(ctx)
	switch {
	case errors.Is(err, errReaderGone):
		return Ending{}, nil
	case interrupted:
		return Ending{}, signal
	case err != nil:
		return Ending{}, publicError(err, in.cfg.PersonalData)
	}
	if in.cfg.Embedded() || svc.emulated.Load() {
		line += "; sample data of the embedded Cloud Optix"
	}
	return Ending{Line: line}, nil
}

// publicError masks mail addresses in an error unless personal is set: the service's own words may
// name people.
func publicError(err error, personal bool) error {
	if masked := secret.Personal().Mask(err.Error()); masked != err.Error() && !personal {
		return errors.New(masked)
	}
	return err
}

// optixInputs reads flags and environment of a command that asks Cloud Optix alone.
func optixInputs(sys System, req Request) (inputs, error) {
	sys.Publisher.maskEnvironment()
	cfg, err := config.Resolve(req.Settings, req.Flags, sys.Getenv, nil)
	if err != nil {
		return inputs{}, &UsageError{err}
	}
	in := inputs{sys: sys, req: req, started: sys.Now(), cfg: cfg}
	in.apiKey = sync.OnceValues(func() (secret.Value, error) { return apiKey(sys, cfg) })
	if in.address, err = address(sys, cfg); err != nil {
		return inputs{}, err
	}
	in.transport, err = sys.transport(cfg)
	return in, err
}

// listError adds advice to an error of the service.
func listError(err error, area optix.Area) error {
	switch {
	case errors.Is(err, errReaderGone):
		return err
	case errors.Is(err, optix.ErrTimeRange):
		return optixError(err, "choose a shorter time with --time-from and --time-to")
	case errors.Is(err, optix.ErrFilter):
		return optixError(err, "check the flags; see scangate optix "+area.Name+" --help")
	}
	return optixError(err, "")
}

// optixError explains an error of the client. fix replaces the advice, unless it is empty.
func optixError(err error, fix string) error {
	if _, ok := errors.AsType[*transport.Error](err); !ok {
		return err
	}
	f := optix.Explain(err, names())
	if fix != "" {
		f.Fix = fix
	}
	return &result.FaultError{Fault: f}
}
