// Package optix is a typed client of the Cloud Optix REST API: image scanning,
// infrastructure-as-code scanning and alerts.
//
// It has no policy and no clock. An answer that can't be read is an error, and a
// count is zero only if the service said zero. Parameters are spelled exactly as in
// the reference, whose spelling differs from call to call. [Explain] turns errors
// into the fault of a row.
package optix
