package alerts

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
)

// Check is one entry of the config file's list checks: a Cloud Optix search with a limit for its
// hits.
type Check struct {
	Name string
	// Origin is the entry's place in the config file.
	Origin result.Origin

	// chosen are the keys that choose what counts, for the plan.
	chosen   map[string][]string
	query    optix.SearchQuery
	pageSize int
	max      int
	severity result.Severity
}

// hitsPerPage is the default of a check's size.
const hitsPerPage = 500

// ParseCheck reads an entry of checks:. All errors are of type [*FieldError], joined.
func ParseCheck(fields []Field) (Check, error) {
	c := Check{pageSize: hitsPerPage, severity: result.High, chosen: chosenBy(fields, "name", "max", "severity")}
	r := &fieldReader{}
	for i, f := range fields {
		r.index = i
		c.readField(r, f)
	}
	if c.Name == "" {
		r.failEntry(errors.New("name is missing: the check needs a name for its row"))
	}
	if c.query.Key == "" {
		r.failEntry(errors.New("search is missing: use a search key such as AWS_S3"))
	}
	return c, r.err()
}

func (c *Check) readField(r *fieldReader, f Field) {
	switch f.Key {
	case "name":
		c.Name = r.single(f)
	case "search":
		c.query.Key = r.single(f)
		if !slices.Contains(optix.SearchKeys(), c.query.Key) {
			r.failField(f, fmt.Errorf("unknown search key %q%s", c.query.Key, similarKeys(c.query.Key)))
		}
	case "term":
		c.query.Term = r.single(f)
		r.failField(f, checkText(f.Values))
	case "filters":
		c.query.Filters = r.single(f)
		r.failField(f, searchFilters(f.Values))
	case "max":
		c.max = r.count(f)
	case "size":
		c.pageSize = r.integer(f, 1, optix.MaxSearchSize)
	case "severity":
		severity, err := result.ParseSeverity(r.single(f))
		r.failField(f, err)
		c.severity = severity
	default:
		r.fail(fmt.Errorf("unknown key %q; fix: use name, search, term, filters, max, severity or size", f.Key))
	}
}

// searchFilters requires FIELD=VALUE[,VALUE] between semicolons.
func searchFilters(values []string) error {
	for part := range strings.SplitSeq(strings.Join(values, ","), ";") {
		name, value, ok := strings.Cut(part, "=")
		if !ok || isBlank(name) || isBlank(value) {
			return fmt.Errorf("%q: write FIELD=VALUE,VALUE;FIELD=VALUE", part)
		}
	}
	return checkText(values)
}

// similarKeys suggests search keys that contain the text, or that the text contains.
func similarKeys(text string) string {
	upper := strings.ToUpper(strings.TrimSpace(text))
	var similar []string
	for _, key := range optix.SearchKeys() {
		if upper != "" && (strings.Contains(key, upper) || strings.Contains(upper, key)) && len(similar) < 8 {
			similar = append(similar, key)
		}
	}
	if similar == nil {
		return "; search keys look like AWS_S3, AZURE_HOST or GCP_BUCKET"
	}
	return "; did you mean " + strings.Join(similar, ", ") + "?"
}

// Target is the check's row of the ledger.
func (c Check) Target() result.Target { return newTarget(result.KindChecks, c.Name, c.Origin) }

// search is the reader of a check.
type search struct {
	setup
	check Check
}

func newSearch(s setup, c Check) (reader, error) {
	if s.opts.Optix == nil {
		return nil, s.opts.withoutOptix()
	}
	return &search{s, c}, nil
}

// read returns all hits.
func (s *search) read(ctx context.Context) (answer, error) {
	l, err := s.pager(pagesAtOnce, s.page).read(ctx)
	if err != nil {
		return answer{}, err
	}
	return l.answer(), nil
}

// page reads one page. Hits have no documented id, so that two equal hits count as two.
func (s *search) page(ctx context.Context, n, _ int) (page, error) {
	got, err := s.opts.Optix.Search(ctx, s.check.query, n+1, s.check.pageSize)
	if err != nil {
		return page{}, err
	}
	p := pageOf(got.Paging, s.check.pageSize)
	for _, hit := range got.Hits {
		p.add(s.check.alert(hit))
	}
	return p, nil
}

func (c Check) alert(h optix.SearchHit) alert {
	a := alert{
		identity: anonymous(h.ID, h.Name, h.AccountID, h.Region), severity: c.severity, word: c.severity.String(),
		rule: c.query.Key, summary: c.Name, account: h.AccountID, region: h.Region, kind: c.query.Key,
	}
	name := cmp.Or(h.Name, h.ID)
	if strings.HasSuffix(c.query.Key, "_USER") {
		a.own, a.people = []string{h.Name, h.ID}, []string{labelled("user", name)}
		return a
	}
	a.resource = name
	return a
}
