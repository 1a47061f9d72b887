package emulator

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/choice"
)

// Assumption is a point that the reference leaves open, and what the emulator does about it.
type Assumption struct {
	Name string
	// Open says which point it is.
	Open string
	// Choices are what a service may do. The first is the default.
	Choices []Choice
}

// Choice is one way to settle an assumption.
type Choice struct{ Value, Text string }

// Assumptions returns what the reference leaves open, by area and then in its order.
func Assumptions() []Assumption {
	return slices.Concat(requestAssumptions(), answerAssumptions(), alertAssumptions(), searchAssumptions(),
		imageAssumptions(), iacAssumptions(), inventoryAssumptions())
}

// ParseAssumptions reads the values of the flag --assume, each NAME=VALUE, for
// [Options.Assume].
func ParseAssumptions(pairs []string) (map[string]string, error) {
	chosen := map[string]string{}
	var errs []error
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		if _, twice := chosen[name]; twice {
			errs = append(errs, fmt.Errorf("--assume %q: duplicate name %q", pair, name))
			continue
		}
		errs = append(errs, checkChoice(pair, name, value))
		chosen[name] = value
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return chosen, nil
}

func checkChoice(pair, name, value string) error {
	all := Assumptions()
	i := slices.IndexFunc(all, func(a Assumption) bool { return a.Name == name })
	if i < 0 {
		return fmt.Errorf("--assume %q: %w", pair, choice.Unknown("assumption", name, assumptionNames()))
	}
	var values []string
	for _, c := range all[i].Choices {
		values = append(values, c.Value)
	}
	if !slices.Contains(values, value) {
		return fmt.Errorf("--assume %q: %w", pair, choice.Unknown("value of "+name, value, values))
	}
	return nil
}

func assumptionNames() []string {
	var names []string
	for _, a := range Assumptions() {
		names = append(names, a.Name)
	}
	return names
}

// assumes reports whether a choice other than the default is made: "name=value".
func (s *Server) assumes(choice string) bool {
	name, value, _ := strings.Cut(choice, "=")
	return s.opts.Assume[name] == value
}

// assumption makes an assumption from pairs of values and texts.
func assumption(name, open string, choices ...string) Assumption {
	a := Assumption{Name: name, Open: open}
	for pair := range slices.Chunk(choices, 2) {
		a.Choices = append(a.Choices, Choice{pair[0], pair[1]})
	}
	return a
}
