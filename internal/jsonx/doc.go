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
// An error does not stop the reading. Err returns all errors, each with the path of
// its field. If it is not nil, the values that were read are meaningless.
//
// # Strict about structure
//
// An answer is one JSON object in UTF-8, or an array where Options.Array allows it. A
// duplicate key anywhere in it, an invalid byte and text after its end are errors. So is a
// key that differs by case alone from a key that was read: another reader may take it for
// that key. Maps with arbitrary keys, such as tags, are not affected unless they are read
// by key. No part of an answer can keep such an error to itself: see [Object.Scope].
//
// # Lenient about values
//
// Services write numbers as strings and ids as numbers. Text accepts both, Bool
// accepts "true", and Count accepts "7". A missing member and null are the same.
// Methods that begin with Opt accept them, the others add an error. Only in [Object.Counts]
// a member may be missing and not be null.
//
// # Texts that leave the package
//
// Options.Mask is applied to every text, key and message, after its escapes are decoded. IDs
// are short lines without invisible characters, and texts for people are truncated: an answer
// can't fill a report. What is left is for the writers of reports to make harmless, each in
// its own format.
//
// # Values in messages
//
// A value may be the name of a person, so that errors say only what kind of value
// was found. Options.ShowValues quotes values too.
package jsonx
