package alerts

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/where"
)

// rowsReader is the reader of a check: of a search or an inventory.
type rowsReader struct {
	setup
	check Check
}

func newRowsReader(s setup, c Check) (reader, error) {
	if s.opts.Optix == nil {
		return nil, s.opts.withoutOptix()
	}
	return &rowsReader{s, c}, nil
}

// read returns all hits.
func (s *rowsReader) read(ctx context.Context) (answer, error) {
	l, err := s.pager(pagesAtOnce, s.page).read(ctx)
	if err != nil {
		return answer{}, err
	}
	a := l.answer()
	if s.check.where != nil && len(l.all) == 0 {
		a.notices = append(a.notices, "the inventory has no rows")
	}
	if notice := doubtful(a.alerts); notice != "" {
		a.notices = append(a.notices, notice)
	}
	return a, nil
}

// doubtful says how many hits count because the condition may hold, and why, "" for none.
func doubtful(hits []alert) string {
	n, reasons := 0, map[string]bool{}
	for _, h := range hits {
		if len(h.doubts) > 0 {
			n++
		}
		for _, d := range h.doubts {
			reasons[d] = true
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d hits count in doubt: %s", n, len(hits), strings.Join(slices.Sorted(maps.Keys(reasons)), ", "))
}

// page reads one page. Rows have no id that is certain to be unique, so that two equal ones count
// as two.
func (s *rowsReader) page(ctx context.Context, n, _ int) (page, error) {
	got, err := s.opts.Optix.Page(ctx, s.check.query, n)
	if err != nil {
		return page{}, err
	}
	p := page{asked: s.check.query.Size(), number: got.Number, total: got.Total, pages: got.Pages}
	if got.HasNext != nil {
		p.next = nextIf(*got.HasNext)
	}
	for _, row := range got.Rows {
		hit := s.check.alert(row)
		if s.check.where == nil {
			p.add(hit)
			continue
		}
		outcome := s.check.where.Eval(row.Text)
		if !outcome.Hit {
			p.skip(hit.identity)
			continue
		}
		hit.details, hit.doubts = s.check.reasons(row, outcome), outcome.Doubts
		p.add(hit)
	}
	return p, nil
}

// reasons says why a row is a hit: the fields of the condition, and what left it open.
func (c Check) reasons(row optix.Row, outcome where.Outcome) []string {
	public := row.Public() // the values may name people
	var lines []string
	for _, f := range c.where.Fields() {
		if value, ok := public.Text(f.Name); ok {
			lines = append(lines, labelled(f.Name, cmp.Or(value, "is empty")))
		}
	}
	for _, doubt := range outcome.Doubts {
		lines = append(lines, doubt+", so that it counts as a hit")
	}
	return lines
}

// alert makes a row an alert. The names of users are data of people.
func (c Check) alert(row optix.Row) alert {
	id := firstText(row, "id", "instanceId", "objectId", "resourceId", "userId", "arn")
	name := firstText(row, "name", "bucketName", "functionName", "fullTag")
	account, region := firstText(row, "accountId"), firstText(row, "region", "location", "zone")
	a := alert{
		identity: anonymous(id, name, account, region), severity: c.severity, word: c.severity.String(),
		summary: c.Name, account: account, region: region, kind: c.rule,
	}
	if c.where == nil {
		a.rule = c.rule // the rule of an inventory is the check: several may read it
	}
	switch {
	case strings.HasSuffix(c.rule, "_USER"):
		a.own, a.people = []string{name, id}, []string{labelled("user", cmp.Or(name, id))}
	case strings.HasSuffix(c.rule, "_USERS"):
		a.own, a.people = []string{name, firstText(row, "arn")}, []string{labelled("user", cmp.Or(name, id))}
		a.resource = firstText(row, "userId", "instanceId")
	default:
		a.resource = cmp.Or(name, id, account)
	}
	return a
}

// firstText returns the first of the fields that has a text.
func firstText(row optix.Row, names ...string) string {
	for _, name := range names {
		if text, ok := row.Text(name); ok && text != "" {
			return text
		}
	}
	return ""
}
