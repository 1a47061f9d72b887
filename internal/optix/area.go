package optix

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/scangate/scangate/internal/choice"
)

// Area is a list of the reference that a GET reads. [Areas] has all of them, and everything that
// is said of a list, in messages, help and requests, comes from here.
type Area struct {
	// Name is what commands call the area: "vms", "traffic vpc".
	Name string
	// Section is its heading in the reference.
	Section string
	// Summary says in a line what its rows are.
	Summary string
	// Params are the rows of its parameter table, without page and size.
	Params []Param
	// Pages says how the list is divided.
	Pages Pages

	path string
	// common are the documented fields of every row. Those of the variant follow, which the value
	// of the parameter variant chooses.
	common   string
	variant  string
	variants map[string]variant
	// counts: the answer is one row of counts.
	counts bool
	// fixed are parameters that all requests have.
	fixed url.Values
	// check checks the values of the parameters against each other.
	check func(url.Values) error
}

// Pages is how a list is divided into pages. It is zero for a list that is one answer.
type Pages struct {
	// First is the number of the first page.
	First int
	// Min and Max bound the number of rows on a page, and Usual is what a reader asks for.
	Min, Max, Usual int
}

// Param is a row of a parameter table.
type Param struct {
	// Name is spelled as in the reference.
	Name string
	// Usage says what it selects.
	Usage string
	// Required parameters are those that the reference calls mandatory.
	Required bool
	// Repeat parameters take several values, which a comma separates in the request.
	Repeat bool
	// Values are those that the reference lists; nil means any text.
	Values []string
	// InPath parameters are the last part of the address, and come as an argument.
	InPath bool
	// Example is a value, of a required parameter that lists none or many.
	Example string

	check func(string) error
}

// variant is what the rows for one value of a parameter have: the names of the fields, and of those
// that identify a row to a reader.
type variant struct{ fields, columns string }

// Field is a documented field of a row.
type Field struct {
	// Name is that in the row, or in its moreInfo: [Row.Text] finds both.
	Name string
	// Personal fields name a person.
	Personal bool
}

// Query is a list with values for its parameters.
type Query struct {
	area   Area
	path   string
	values url.Values
	size   int
}

// FindArea returns the area of a name.
func FindArea(name string) (Area, bool) {
	all := Areas()
	i := slices.IndexFunc(all, func(a Area) bool { return a.Name == name })
	if i < 0 {
		return Area{}, false
	}
	return all[i], true
}

// ParamError is a parameter whose value the reference does not allow.
type ParamError struct {
	// Param is its name, empty for several together.
	Param string
	Text  string
}

// Error returns the name and the text.
func (e *ParamError) Error() string {
	if e.Param == "" {
		return e.Text
	}
	return e.Param + ": " + e.Text
}

// ParamErrors returns the errors that [Area.Query] has joined.
func ParamErrors(err error) []*ParamError {
	all := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		all = joined.Unwrap()
	}
	var wrong []*ParamError
	for _, err := range all {
		if e, ok := errors.AsType[*ParamError](err); ok {
			wrong = append(wrong, e)
		}
	}
	return wrong
}

// Query returns a list for values of its parameters, by their names in the reference. size is the
// number of rows on a page; 0 is the usual one. All errors are a [ParamError]: see [ParamErrors].
func (a Area) Query(values map[string][]string, size int) (Query, error) {
	q := Query{area: a, path: a.path, values: url.Values{}, size: size}
	var errs []error
	for _, p := range a.Params {
		text, err := p.read(values[p.Name])
		switch {
		case err != nil:
			errs = append(errs, &ParamError{p.Name, err.Error()})
		case p.InPath:
			q.path += text
		case text != "":
			q.values.Set(p.Name, text)
		}
	}
	for name := range values {
		if !slices.ContainsFunc(a.Params, func(p Param) bool { return p.Name == name }) {
			errs = append(errs, &ParamError{name, "the list has no such parameter"})
		}
	}
	if err := a.Pages.checkSize(&q.size); err != nil {
		errs = append(errs, err)
	}
	if len(errs) == 0 && a.check != nil {
		errs = append(errs, a.check(q.values))
	}
	return q, errors.Join(errs...)
}

// checkSize checks the number of rows on a page, and replaces 0 by the usual one.
func (p Pages) checkSize(size *int) error {
	switch {
	case p.Max == 0 && *size != 0:
		return &ParamError{"size", "the list has no pages"}
	case *size == 0:
		*size = p.Usual
	case *size < p.Min || *size > p.Max:
		return &ParamError{"size", fmt.Sprintf("must be an integer from %d to %d, got %d", p.Min, p.Max, *size)}
	}
	return nil
}

// Fields returns the documented fields of the rows, nil where the reference documents none.
func (q Query) Fields() []Field {
	var fields []Field
	for _, name := range strings.Fields(q.area.common + " " + q.rows().fields) {
		fields = append(fields, Field{name, q.isPersonal(name)})
	}
	return fields
}

// AllFields returns the documented fields of the rows for all values of the parameters, each once.
func (a Area) AllFields() []Field {
	var all []Field
	for _, v := range slices.Sorted(maps.Keys(a.variants)) {
		q := Query{area: a, values: url.Values{a.variant: {v}}}
		for _, f := range q.Fields() {
			if !slices.Contains(all, f) {
				all = append(all, f)
			}
		}
	}
	return all
}

// Columns returns the fields that identify a row to a reader.
func (q Query) Columns() []string { return strings.Fields(q.rows().columns) }

// rows returns the variant of the rows.
func (q Query) rows() variant { return q.area.variants[q.values.Get(q.area.variant)] }

// request returns the request for a page, counted from 0.
func (q Query) request(n int) url.Values {
	v := url.Values{}
	for _, from := range []url.Values{q.values, q.area.fixed} {
		for name, values := range from {
			v[name] = values
		}
	}
	if q.area.Pages.Max > 0 {
		v.Set("page", strconv.Itoa(q.area.Pages.First+n))
		v.Set("size", strconv.Itoa(q.size))
	}
	return v
}

// read returns the text of the values in a request.
func (p Param) read(values []string) (string, error) {
	switch {
	case len(values) == 0 && p.Required:
		return "", errors.New("is missing" + p.allowed())
	case len(values) > 1 && !p.Repeat:
		return "", fmt.Errorf("must be one value, got %d", len(values))
	}
	var all []string
	for _, v := range values {
		v = strings.TrimSpace(v)
		if err := p.checkValue(v); err != nil {
			return "", err
		}
		all = append(all, v)
	}
	return strings.Join(all, ","), nil
}

func (p Param) checkValue(v string) error {
	switch {
	case v == "":
		return errors.New("must not be empty" + p.allowed())
	case p.Repeat && strings.Contains(v, ","):
		return fmt.Errorf("%q must not contain a comma; fix: give each value alone", v)
	case p.Values != nil && !slices.Contains(p.Values, v):
		return choice.Unknown("value", v, p.Values)
	case p.check != nil:
		return p.check(v)
	}
	return nil
}

// maxListed is the number of values that a message lists.
const maxListed = 12

// allowed lists the values for a message.
func (p Param) allowed() string {
	if len(p.Values) == 0 || len(p.Values) > maxListed {
		return ""
	}
	return "; fix: use " + strings.Join(p.Values, ", ")
}
