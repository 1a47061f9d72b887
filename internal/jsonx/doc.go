// Package jsonx reads the JSON answers of services. Decoding code is a list of
// fields:
//
//	o := jsonx.Parse(body, jsonx.Options{})
//	t := Task{ID: o.Text("taskId"), Status: o.Text("status")}
//	for image := range o.Objects("scanResult") {
//		t.Images = append(t.Images, image.Text("fullTag"))
//	}
//	return t, o.Err()
//
// Reading never stops at an error. Err returns all of them, each with the path
// of its field, and the values that were read mean nothing if it is not nil.
//
// # Strict about structure
//
// An answer is one JSON object in UTF-8. A duplicate key anywhere in it, an
// invalid byte, and anything after its end are errors. So is a key that differs
// by case alone from a key that was asked for: other readers would take it for
// that key. A map whose keys are free, such as tags, is safe from this check as
// long as it is not read by key.
//
// # Lenient about values
//
// Services write a number as a string and an id as a number. Text takes both, Bool
// takes "true", and Count takes "7". A missing member and null are the same. The
// methods whose names begin with Opt accept that, the others report it.
//
// # Values in messages
//
// Errors say only which kind of value was found, because a value may be the name
// of a person. Options.ShowValues quotes values too.
package jsonx
