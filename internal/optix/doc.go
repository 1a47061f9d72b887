// Package optix is a typed client of the Cloud Optix REST API: image scanning,
// infrastructure-as-code scanning and alerts.
//
// It has no policy and no clock. Answers are decoded leniently where the
// reference leaves the type open (numbers or strings, booleans or "true", null
// or absent) and never guessed: what can't be read is a [DecodeError], and a
// count is zero only where the service said zero. Parameters are spelled exactly
// as in the reference, whose spelling differs from call to call.
package optix
