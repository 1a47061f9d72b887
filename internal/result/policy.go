package result

// Limit is a budget: at most Max findings of a severity, of one kind or, where
// Kind is empty, of all kinds together.
type Limit struct {
	Kind     Kind     `json:"kind,omitempty"`
	Severity Severity `json:"severity"`
	Max      int      `json:"max"`
}

// Policy is what a verdict is taken by. It is saved with the result, so that
// the verdict can be taken again.
type Policy struct {
	// FailOn is the severity at or above which any finding fails the gate;
	// nil switches this off and leaves the budgets in Max.
	FailOn *Severity `json:"failOn"`
	// Max holds the budgets. A budget takes the place of FailOn for its severity.
	Max []Limit `json:"max,omitempty"`
	// MaxNotSent limits the number of what is not sent; nil is no limit.
	MaxNotSent *int `json:"maxNotSent,omitempty"`
	// UnknownAs is the severity that unknown ones are counted as; nil leaves
	// them unknown, which fails unless Max has a budget for it.
	UnknownAs *Severity `json:"unknownAs,omitempty"`
	// Sources are the limits of the alert sources and checks that have some of
	// their own.
	Sources []SourceLimits `json:"sources,omitempty"`
}

// SourceLimits are the limits of one alert source or check. Its findings are
// judged by them alone and count for no other limit.
type SourceLimits struct {
	// Target is the ID of its row, for example "alerts:cloud-optix".
	Target string `json:"target"`
	// Max holds the budgets. A severity that isn't named is reported only, but
	// unknown, which is 0 unless named.
	Max map[Severity]int `json:"max"`
}
