package result

import (
	_ "embed" // for the schemas
	"strings"
)

var (
	//go:embed result.schema.json
	resultSchema string
	//go:embed plan.schema.json
	planSchema string
)

// Schema returns the JSON Schema of result.json.
func Schema() string { return resultSchema }

// PlanSchema returns the JSON Schema of plan.json. It holds that of result.json, to which it
// refers.
func PlanSchema() string {
	own := strings.TrimSuffix(strings.TrimSpace(planSchema), "}")
	return strings.TrimSpace(own) + ",\n  \"$defs\": {\"result\": " + strings.TrimSpace(resultSchema) + "}\n}\n"
}
