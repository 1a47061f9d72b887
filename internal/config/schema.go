package config

import _ "embed" // for the schema

//go:embed config.schema.json
var schema string

// Schema returns the JSON Schema of the config file. It refuses no valid file; a scan checks more
// than it can express.
func Schema() string { return schema }
