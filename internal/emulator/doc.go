// Package emulator is the embedded Cloud Optix: an http.Handler that answers
// ten calls of the service's REST API to the letter of its published reference,
// judges templates with real rules and images from a catalogue of sample data.
//
// Where the reference is silent the emulator decides, and says so here:
//
//   - The body of a 401 is plain text, as public logs show it; every other error
//     is the JSON that Spring Boot makes: timestamp, status, error, message, path.
//   - Parameters are read from the query and from form fields; the query wins.
//   - A task or scan id that nobody was given is 400: "Proper arguments not
//     provided" for tasks, "Unable to find the scan you requested" for scans. The
//     latter also answers a request for the report of a scan that has not ended
//     in success.
//   - A task that the quota doesn't cover exists, ends as failed, and scans nothing.
//   - An image that can't be pulled is left out of the answer.
//   - Any policy_name is accepted and means all rules.
//   - An upload beyond the bounds is 413.
//   - A search answers with an object that holds the hits in data and the paging
//     fields of the alerts list; an unknown search key is 400.
//
// It knows nothing of the client in internal/optix, so that a misreading of the
// reference can't hide in both.
package emulator
