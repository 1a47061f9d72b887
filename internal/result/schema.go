package result

import _ "embed" // for the schemas

var (
	//go:embed result.schema.json
	resultSchema string
	//go:embed plan.schema.json
	planSchema string
)

// Schema returns the JSON Schema of result.json.
func Schema() string { return resultSchema }

// PlanSchema returns the JSON Schema of plan.json, which refers to that of result.json.
func PlanSchema() string { return planSchema }
