package alerts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
)

// searchPage is how many hits are asked for at a time.
const searchPage = 500

// Check is one posture check: a Cloud Optix search that may have so many hits
// and no more.
type Check struct {
	Name string
	// Place is the entry's line in the config file; nil where that isn't part of
	// the repository.
	Place *result.Location

	query    optix.SearchQuery
	size     int
	max      int
	severity result.Severity
}

// ParseCheck reads an entry of checks:. All errors are of type [*FieldError],
// joined.
func ParseCheck(fields []Field) (Check, error) {
	c := Check{size: searchPage, severity: result.High}
	p := &parser{}
	for i, f := range fields {
		p.at = i
		c.read(p, f)
	}
	p.at = -1
	if c.Name == "" {
		p.fail("name is missing: the check needs one for the ledger")
	}
	if c.query.Key == "" {
		p.fail("search is missing: name a search key, such as AWS_S3")
	}
	return c, errors.Join(p.errs...)
}

func (c *Check) read(p *parser, f Field) {
	text := p.one(f)
	switch f.Key {
	case "name":
		c.Name = text
	case "search":
		c.query.Key = text
		if !slices.Contains(optix.SearchKeys(), text) {
			p.fail(fmt.Sprintf("search: unknown search key %q%s", text, similar(text)))
		}
	case "term":
		c.query.Term = text
		p.fail(prefixed("term", anything([]string{text})))
	case "filters":
		c.query.Filters = text
		p.fail(prefixed("filters", searchFilters(text)))
	case "max":
		c.max = p.whole(f.Key, text, 0, 1<<31-1)
	case "size":
		c.size = p.whole(f.Key, text, 1, optix.MaxSearchSize)
	case "severity":
		sev, err := result.ParseSeverity(text)
		if err != nil {
			p.fail("severity: " + err.Error())
		}
		c.severity = sev
	default:
		p.fail(fmt.Sprintf("unknown key %q; known for a check: name, search, term, filters, max, severity, size", f.Key))
	}
}

func (p *parser) whole(key, text string, low, high int64) int {
	p.fail(prefixed(key, whole(low, high)([]string{text})))
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return n
}

func prefixed(key, text string) string {
	if text == "" {
		return ""
	}
	return key + ": " + text
}

// searchFilters takes field=value[,value] between semicolons.
func searchFilters(s string) string {
	for part := range strings.SplitSeq(s, ";") {
		name, value, ok := strings.Cut(part, "=")
		if !ok || strings.TrimSpace(name) == "" || strings.TrimSpace(value) == "" {
			return fmt.Sprintf("%q: write FIELD=VALUE,VALUE;FIELD=VALUE", part)
		}
	}
	return anything([]string{s})
}

// similar names search keys that hold the text, or that it holds.
func similar(text string) string {
	upper := strings.ToUpper(strings.TrimSpace(text))
	var near []string
	for _, key := range optix.SearchKeys() {
		if upper != "" && (strings.Contains(key, upper) || strings.Contains(upper, key)) && len(near) < 8 {
			near = append(near, key)
		}
	}
	if near == nil {
		return "; keys look like AWS_S3, AZURE_HOST, GCP_BUCKET"
	}
	return "; did you mean " + strings.Join(near, ", ") + "?"
}

func (c Check) target() result.Target { return targetOf(result.KindChecks, c.Name, c.Place) }

// check makes the task of a check.
func (j *Job) check(c Check) task {
	t := task{target: c.target()}
	if j.opts.Optix == nil {
		t.err = j.opts.withoutOptix()
		return t
	}
	t.ask = func(ctx context.Context) ([]result.Finding, error) { return j.hits(ctx, c) }
	return t
}

// hits reads all hits of a search.
func (j *Job) hits(ctx context.Context, c Check) ([]result.Finding, error) {
	l := list{width: 4, now: j.opts.Now, narrow: "term and filters"}
	l.fetch = func(ctx context.Context, n, _ int) (page, error) { return j.searchPage(ctx, c, n) }
	found, err := l.read(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found, byUrgency)
	findings := make([]result.Finding, len(found))
	twins := map[string]int{}
	for i, a := range found {
		if twins[a.mark]++; twins[a.mark] > 1 {
			a.mark += fmt.Sprintf("\x00%d", twins[a.mark])
		}
		findings[i] = a.finding(c.target().ID(), private{show: j.opts.Personal})
		findings[i].Kind = result.KindChecks
	}
	return findings, nil
}

// searchPage reads one page. Hits have no id that is documented, so that none is
// taken for another: two that hold the same are two. What ends the pages then is
// their number alone, which the answer must give.
func (j *Job) searchPage(ctx context.Context, c Check, n int) (page, error) {
	got, err := j.opts.Optix.Search(ctx, c.query, n+1, c.size)
	if err != nil {
		return page{}, err
	}
	if got.HasNext && n+1 > got.TotalPages {
		return page{}, &loopError{n + 1}
	}
	p := page{more: got.HasNext, total: -1, pages: got.TotalPages}
	for i, hit := range got.Hits {
		id := fmt.Sprintf("%s%d/%d", hitID, n, i)
		p.ids = append(p.ids, id)
		p.open = append(p.open, c.hit(id, hit))
	}
	return p, nil
}

func (c Check) hit(id string, h optix.SearchHit) alert {
	a := alert{
		id: id, mark: fingerprint(h.ID, h.Name, h.AccountID, h.Region), count: 1, severity: c.severity, word: c.severity.String(), rule: c.query.Key,
		summary: c.Name, account: h.AccountID, region: h.Region, kind: c.query.Key,
	}
	who := or(h.Name, h.ID)
	if strings.HasSuffix(c.query.Key, "_USER") {
		a.own, a.people = []string{h.Name, h.ID}, []string{label("user", who)} // a person's name
		return a
	}
	a.resource = who
	return a
}
