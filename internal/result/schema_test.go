package result

import (
	"bytes"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func compiled(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	const base = "https://github.com/scangate/scangate/internal/result/"
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for _, file := range []string{"result.schema.json", "plan.schema.json"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.AddResource(base+file, doc); err != nil {
			t.Fatal(err)
		}
	}
	s, err := c.Compile(base + name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(t *testing.T, r *Result) error {
	t.Helper()
	var b bytes.Buffer
	if err := Encode(&b, r); err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(&b)
	if err != nil {
		t.Fatal(err)
	}
	return compiled(t, "result.schema.json").Validate(doc)
}

// Every field of a plan stands in its schema, but for those of a row that nothing
// fills before the service is asked.
func TestPlanSchemaHoldsEveryField(t *testing.T) {
	t.Parallel()
	var d PlanDocument
	fill(reflect.ValueOf(&d).Elem())
	d.Format = FormatVersion
	for i := range d.Ledger {
		d.Ledger[i].Evidence, d.Ledger[i].Submissions, d.Ledger[i].Choice = "", nil, nil
	}
	for name, d := range map[string]*PlanDocument{"full": &d, "empty": {Format: FormatVersion}} {
		var b bytes.Buffer
		if err := EncodePlan(&b, d); err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(&b)
		if err != nil {
			t.Fatal(err)
		}
		if err := compiled(t, "plan.schema.json").Validate(doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Every field of the Go types stands in the schema: it allows no others, so
// that a result in which all are set proves it.
func TestSchemaHoldsEveryField(t *testing.T) {
	t.Parallel()
	var r Result
	fill(reflect.ValueOf(&r).Elem())
	r.Format, r.Plan, r.Seal, r.PolicySum = FormatVersion, strings.Repeat("a", 64), strings.Repeat("0", 64), r.Policy.SHA256()
	if err := validate(t, &r); err != nil {
		t.Errorf("a result with every field set is not valid: %v", err)
	}
}

func TestSchemaAcceptsASampleAndAnEmptyResult(t *testing.T) {
	t.Parallel()
	if err := validate(t, sample()); err != nil {
		t.Errorf("sample: %v", err)
	}
	empty := &Result{Format: FormatVersion, Verdict: Verdict{Outcome: OutcomeEmpty, Exit: 4, Counts: map[Severity]int{}}}
	if err := validate(t, empty); err != nil {
		t.Errorf("empty: %v", err)
	}
}

func TestSchemaHasEveryContradiction(t *testing.T) {
	t.Parallel()
	r := sample()
	for _, c := range Contradictions() {
		r.Tolerated = append(r.Tolerated, c.Contradiction)
	}
	if err := validate(t, r); err != nil {
		t.Error(err)
	}
}

func TestSchemaRefusesAnUnknownWord(t *testing.T) {
	t.Parallel()
	r := sample()
	r.Findings[0].Placement = "somewhere"
	if validate(t, r) == nil {
		t.Error("an unknown placement is valid")
	}
}

// fill sets every field to something that is not its zero value.
func fill(v reflect.Value) {
	switch x := v.Addr().Interface().(type) {
	case *time.Time:
		*x = time.Unix(1e9, 0).UTC()
		return
	case *Severity:
		*x = High
		return
	case *Contradiction:
		*x = AlertCount
		return
	case *Status:
		*x = Failed
		return
	case *Kind:
		*x = KindIaC
		return
	case *Framework:
		*x = "terraform"
		return
	case *Evidence:
		*x = ByName
		return
	case *Placement:
		*x = PlacedFile
		return
	case *Outcome:
		*x = OutcomeFail
		return
	case *Effect:
		*x = Counted
		return
	case *PolicyEffect:
		*x = Loosens
		return
	case *Exclusion:
		*x = Exclusion{Pattern: "a/**", Reason: "x", Owner: "x", Expires: "2027-01-31"}
		return
	case *RuleSeverity:
		*x = RuleSeverity{Rule: RuleID("x"), Severity: High, Reason: "x", Origin: Origin{Setting: "x"}}
		return
	case *Strength:
		*x = FromFile
		return
	case *Debt:
		*x = DebtDue
		return
	case *State:
		*x = StateNew
		return
	case *WaiverState:
		*x = WaiverUsed
		return
	case *Number:
		*x = NumberNotSent
		return
	case *map[string][]string:
		*x = map[string][]string{"x": {"y"}}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key)
		fill(value)
		v.SetMapIndex(key, value)
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	}
}
