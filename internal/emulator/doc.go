// Package emulator is the embedded Cloud Optix: an http.Handler that implements ten
// calls of the service's REST API exactly as its published reference says. It
// evaluates real rules on templates; images are answered from a catalogue of sample
// data.
//
// The reference leaves some cases open. The emulator assumes:
//
//   - The body of a 401 is plain text, as in public logs. Every other error is the
//     JSON of Spring Boot: timestamp, status, error, message, path.
//   - Parameters are read from the query and from form fields; the query takes
//     precedence.
//   - An unknown task id is 400 "Proper arguments not provided", an unknown scan id
//     400 "Unable to find the scan you requested". The latter is also the answer to
//     a request for the report of a scan that has not ended in success.
//   - A task beyond the quota exists, ends as failed, and scans nothing.
//   - An image that can't be pulled is missing from the answer.
//   - Any policy_name is accepted and means all rules.
//   - An upload beyond the bounds is 413.
//   - A search returns an object with the hits in data and the paging fields of the
//     alerts list. An unknown search key is 400.
//
// The package shares no code with the client in internal/optix, so that a
// misreading of the reference can't hide in both.
package emulator
