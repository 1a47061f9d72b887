package alerts

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/choice"
	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/where"
)

// Check is one entry of the config file's list checks: a list of Cloud Optix with a limit for its
// hits. The rows of a search are all hits, those of an inventory where a condition holds.
type Check struct {
	Name string
	// Origin is the entry's place in the config file.
	Origin result.Origin

	// chosen are the keys that choose what counts, for the plan.
	chosen map[string][]string
	query  optix.Query
	// where is the condition of an inventory, nil for a search.
	where *where.Condition
	// rule is the search key, or the cloud and the inventory: the kind of what is listed.
	rule     string
	max      int
	severity result.Severity
}

// hitsPerPage is the default of the size of a search.
const hitsPerPage = 500

// Inventories returns the lists that a check can read with a condition.
func Inventories() []optix.Area {
	return slices.DeleteFunc(optix.Areas(), func(a optix.Area) bool {
		return !slices.Contains([]string{"vms", "accounts", "users", "serverless", "containers"}, a.Name)
	})
}

// checkReader reads an entry of checks.
type checkReader struct {
	fieldReader
	Check
	fields []Field
	area   optix.Area
	// params are values of the area's parameters, and size the number of rows on a page.
	params    map[string][]string
	size      int
	condition string
}

// ParseCheck reads an entry of checks:. All errors are of type [*FieldError], joined.
func ParseCheck(fields []Field) (Check, error) {
	r := &checkReader{fields: fields, params: map[string][]string{}}
	r.severity, r.chosen = result.High, chosenBy(fields, "name", "max", "severity")
	r.findArea()
	for i, f := range fields {
		r.index = i
		r.readField(f)
	}
	if r.Name == "" {
		r.failEntry(errors.New("name is missing: the check needs a name for its row"))
	}
	if r.err() == nil {
		r.makeQuery()
	}
	if r.err() == nil && r.isInventory() {
		r.parseWhere()
	}
	return r.Check, r.err()
}

// findArea finds the list, on which the other keys depend.
func (r *checkReader) findArea() {
	search, inventory := r.field("search"), r.field("inventory")
	switch {
	case search >= 0 && inventory >= 0:
		r.index = inventory
		r.fail(errors.New("inventory can't be combined with search; fix: make two checks of it"))
	case search >= 0:
		r.area, _ = optix.FindArea("search")
		r.size = hitsPerPage
	case inventory >= 0:
		r.index = inventory
		name, names := r.single(r.fields[inventory]), []string{}
		for _, a := range Inventories() {
			names = append(names, a.Name)
		}
		if r.area, _ = optix.FindArea(name); !slices.Contains(names, name) && name != "" {
			r.failField(r.fields[inventory], choice.Unknown("inventory", name, names))
			r.area = optix.Area{}
		}
	default:
		r.failEntry(errors.New("search is missing: use a search key such as AWS_S3, or an inventory"))
	}
}

// field returns the index of a key, -1 if the entry doesn't have it.
func (r *checkReader) field(key string) int {
	return slices.IndexFunc(r.fields, func(f Field) bool { return f.Key == key })
}

// isInventory reports whether the check reads an inventory that exists.
func (r *checkReader) isInventory() bool { return r.area.Name != "" && r.area.Name != "search" }

func (r *checkReader) readField(f Field) {
	switch f.Key {
	case "name":
		r.Name = r.single(f)
	case "max":
		r.max = r.count(f)
	case "size":
		if pages := r.area.Pages; pages.Max > 0 {
			r.size = r.integer(f, pages.Min, pages.Max)
		} else if r.area.Name != "" {
			r.failField(f, errors.New("the list has no pages"))
		}
	case "severity":
		severity, err := result.ParseSeverity(r.single(f))
		r.failField(f, err)
		r.severity = severity
	case "inventory", "search", "term", "filters", "where":
		r.readChoice(f)
	default:
		r.readParam(f)
	}
}

// readChoice reads a key that chooses rows, and fails one that is for the other kind of list.
func (r *checkReader) readChoice(f Field) {
	if f.Key == "inventory" {
		return // findArea has read it
	}
	if r.isInventory() != (f.Key == "where") {
		if r.area.Name != "" {
			r.failField(f, fmt.Errorf("is a key of %s", map[bool]string{true: "searches; fix: use where", false: "inventories; fix: use term or filters"}[r.isInventory()]))
		}
		return
	}
	text := r.single(f)
	switch f.Key {
	case "search":
		r.rule, r.params["searchKey"] = text, f.Values
		if !slices.Contains(optix.SearchKeys(), text) {
			r.failField(f, choice.Unknown("search key", text, optix.SearchKeys()))
		}
	case "term":
		r.params["searchTerm"] = f.Values
		r.failField(f, checkText(f.Values))
	case "filters":
		r.params["filters"] = []string{strings.Join(f.Values, ",")}
		r.failField(f, searchFilters(f.Values))
	case "where":
		r.condition = text
	}
}

// readParam reads a parameter of an inventory.
func (r *checkReader) readParam(f Field) {
	known := r.keys()
	if !slices.Contains(known, f.Key) {
		r.fail(choice.Unknown("key", f.Key, known))
		return
	}
	r.params[f.Key] = f.Values
	r.failField(f, checkText(f.Values))
}

// keys are the keys of an entry for its list.
func (r *checkReader) keys() []string {
	keys, areas := []string{"name", "max", "severity", "size"}, []optix.Area{r.area}
	if !r.isInventory() {
		keys = append(keys, "search", "term", "filters")
	}
	if r.area.Name == "search" {
		return keys
	}
	if r.area.Name == "" { // it may be any
		areas = Inventories()
	}
	keys = append(keys, "inventory", "where")
	for _, a := range areas {
		for _, p := range a.Params {
			keys = append(keys, p.Name)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// makeQuery makes the request of the list.
func (r *checkReader) makeQuery() {
	var err error
	r.query, err = r.area.Query(r.params, r.size)
	for _, e := range optix.ParamErrors(err) {
		r.index = r.field(e.Param)
		r.fail(e)
	}
	if r.isInventory() {
		r.rule = strings.ToUpper(strings.Join(r.ruleWords(), "_"))
	}
}

// ruleWords are the cloud and the inventory, or the platform and the kind of container.
func (r *checkReader) ruleWords() []string {
	var words []string
	for _, name := range []string{"provider", "cloudProvider", "containerType"} {
		words = append(words, r.params[name]...)
	}
	if r.params["containerType"] == nil {
		words = append(words, r.area.Name)
	}
	return words
}

// parseWhere reads the condition, whose fields must be documented for the inventory.
func (r *checkReader) parseWhere() {
	r.index = r.field("where")
	if r.index < 0 {
		r.failEntry(errors.New("where is missing: the check needs a condition such as isPublic == true"))
		return
	}
	f := r.fields[r.index]
	condition, err := where.Parse(r.condition)
	if err != nil {
		r.failField(f, err)
		return
	}
	names := map[string]bool{}
	for _, known := range r.query.Fields() {
		names[known.Name] = true
	}
	for _, used := range condition.Fields() {
		if !names[used.Name] {
			known := slices.Sorted(maps.Keys(names))
			err := choice.Fixable("field of "+r.rule, used.Name, known, "use a field of scangate help sources")
			r.failField(f, fmt.Errorf("column %d: %w", used.Column, err))
		}
	}
	r.where = condition
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

// Target is the check's row of the ledger.
func (c Check) Target() result.Target { return newTarget(result.KindChecks, c.Name, c.Origin) }
