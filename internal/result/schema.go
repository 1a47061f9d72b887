package result

import _ "embed"

//go:embed result.schema.json
var schema string

// Schema returns the JSON schema (draft 2020-12) of result.json.
func Schema() string { return schema }
