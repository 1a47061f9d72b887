// Package emulator is the embedded Cloud Optix: an http.Handler that answers calls of the
// service's REST API as its published reference says. It evaluates real rules on templates;
// images, alerts and hits of searches are sample data.
//
// The reference leaves some points open. The emulator assumes the first value of each, and
// [Options.Assume] or scangate emulator --assume NAME=VALUE chooses another one:
//
//   - other-scheme: an Authorization header that does not begin with ApiKey: missing (400
//     ApiKey not provided), refused (401)
//   - unknown-path: a path that no call has: after-key (404, once the API key was accepted),
//     before-key (404 without an API key, too)
//   - other-method: a method that the call does not have: 405 (405 Method Not Allowed), 404
//     (404 No message available)
//   - unknown-parameter: a parameter that the call does not have: ignored (it is ignored),
//     refused (400 Proper arguments not provided)
//   - form-fields: parameters in the body of a POST: read (they count where the query does not
//     have them), ignored (the query alone counts)
//   - large-upload: an upload of more than 200 files or 32 MiB: 413 (413 Maximum upload size
//     exceeded), refused (400 Proper arguments not provided)
//   - bad-page: a page that is missing, not an integer or below 1: first (the first page),
//     refused (400 Page number should be greater than 0)
//   - bad-size: a size that is not an integer or below 1, or missing where it is mandatory:
//     default (20), refused (400 Proper arguments not provided)
//   - bad-boolean: an optional boolean that is neither true nor false: default (the default of
//     the parameter), refused (400 Proper arguments not provided)
//   - error-body: the body of an error: json (timestamp, status, error, message and path, as of
//     Spring Boot), text (the message alone)
//   - unauthorized-body: the body of a 401: text (the message alone, as in public logs), json
//     (like other errors)
//   - messages: messages that the reference explains in parentheses: short (without the
//     parentheses), whole (with them)
//   - no-value: fields that have no value yet, such as completedAt, summary and error: null
//     (they are null), omitted (they are left out)
//   - current-page: currentPage of a list whose pages start at 1: asked (the page that was
//     asked for), from-zero (one less)
//   - size-field: size of a page: asked (the size that was asked for), returned (the number of
//     records on the page)
//   - empty-list: totalPages of a list without records: 0 (0), 1 (1)
//   - beyond-last: a page beyond the last one: empty (a page without records), last (the last
//     page)
//   - lists: several values of providerList, policyTagList, accountIds and states: comma
//     (separated by commas, or in repeated parameters), repeated (in repeated parameters alone)
//   - unlisted-value: states, severity, policyTagList and search filters whose value or form is
//     not listed: none (they match nothing), ignored (they count as not specified), refused
//     (400 Proper arguments not provided)
//   - bad-days: days that are not an integer: refused (400 Days cannot be less than 1 and
//     greater than 365), ignored (they count as not specified)
//   - missing-accounts: the ids in Account Ids <<ids>> not found: missing (those that were not
//     found), all (all that were asked for)
//   - date-only: a date without the letter T: accepted (it is a date), refused (it is not in
//     proper format)
//   - date-end: lastSeenTo without a time: start (the start of the day), end (the end of the
//     day)
//   - window: lastSeenFrom and lastSeenTo beside the 365 days that are the default of days:
//     replaced (they replace them, each one alone, too), year (alerts of the last 365 days
//     alone)
//   - failure-order: which of several failures is answered: table (the first of the table),
//     reversed (the last of the table)
//   - level-case: criticalLevel of an alert: upper (upper case), lower (lower case, as the
//     parameter severity)
//   - time-unit: the unit of firstSeen and lastSeen: milliseconds (milliseconds since 1970),
//     seconds (seconds since 1970)
//   - search-answer: the form of the answer to a search: data (that of a page of alerts),
//     content (a page of Spring Data, with its hits in content), results (an object with the
//     hits in results, and their total), array (a bare array of the hits)
//   - unknown-key: a search key that is not listed: 404 (404 No message available), refused
//     (400 Proper arguments not provided), empty (no hits)
//   - large-size: a search for more than 10000 records a page: capped (10000 records), refused
//     (400 Proper arguments not provided)
//   - unknown-task: the result of a taskId that the service does not know: 404 (404 No message
//     available), failed (a task whose status is failed), refused (400 Proper arguments not
//     provided)
//   - duplicate-task: taskId of a duplicate: running (the task that is in processing), none
//     (there is none)
//   - quota-task: a task with more images than the quota has left: failed (it ends as failed),
//     none (there is no task), partial (it scans as many as are left)
//   - unpullable: an image that can't be pulled: missing (it is missing from scanResult),
//     failed (the task ends as failed), empty (it has no counts)
//   - full-tag: fullTag of an image of Docker Hub: normalised (docker.io/library/nginx:latest),
//     short (nginx:latest)
//   - files-scanned: filesScanned, a number and a list in the reference: count (the number of
//     images), list (the names of the files, or of the images without files)
//   - task-times: createdAt and completedAt: text (2026-01-31T12:00:00.000Z), milliseconds
//     (milliseconds since 1970)
//   - more-levels: keys of vulnerabilities beside critical, high, medium and low: negligible
//     (negligible), none (there are none)
//   - not-analysed: the result of a container that was not analysed: unsuccessful (200 with
//     success false), refused (400 Proper arguments not provided), 404 (404 No message
//     available)
//   - short-name: a container without its registry: accepted (it is an image of Docker Hub),
//     refused (400 Proper arguments not provided)
//   - save-without-repository: save_results_to_account without repo_url and branch: refused
//     (400 Proper arguments not provided), not-saved (the results are not saved)
//   - unknown-policy: a policy_name that the account does not have: failed (the scan ends
//     without success), refused (400 Proper arguments not provided), all (all policies count)
//   - bad-template: a template that can't be parsed: failed (the scan ends without success),
//     skipped (the file has no alerts)
//   - new-scan: the status of a scan that is not being processed yet: ongoing
//     (processing_ongoing is true), idle (it is false, and so is success), unknown (400 Unable
//     to find the scan you requested)
//   - status-key: the key of processing_ongoing, which the note spells process_ongoing:
//     processing_ongoing (as in the schema), process_ongoing (as in the note)
//   - early-report: the report of a scan that has not ended in success: refused (400 Unable to
//     find the scan you requested), empty (a report without alerts)
//   - file-names: names of uploaded files: paths (with their folders), base-names (without
//     their folders)
//   - references: alertDetails: named (each line names its resource and file: (Ref: X, File:
//     Y)), none (it names no file)
//   - unknown-traffic: traffic of a VPC or an instance that the service does not know: empty
//     (no rows), refused (400 Invalid data)
//   - list-answer: the answer to an update of the outbound IP list: empty (nothing), text (the
//     word Success)
//   - whitelist-answer: the entries in the answer to an update of the IP whitelist: all (all
//     entries of the customer), added (those that were added)
//   - unlisted-size: a size of serverless functions or containers outside 100 to 500, which has
//     no failure there: refused (400 as for virtual machines), nearest (the nearest size)
//   - serverless-start: page 0 of serverless functions, which is the first one and must be
//     greater than 0: first (the first page), refused (400 Page number should be greater than
//     0)
//   - native-clusters: clusters of native Kubernetes, which have no search key: refused (400
//     Provider:native not supported for Container-Type:clusters), none (no rows)
//   - bare-errors: the body of errors of serverless functions and containers: bare
//     (errorMessage alone), whole (like other errors)
//
// A searchTerm joins field:value, or a value alone, with NOT, AND and OR, in this order of
// precedence and without parentheses. The sample alerts take their form from public exports of
// real ones: an alert is a rule in an account, may share its alertId, has up to a dozen resources,
// and if its type is Dev, comes from a repository and repeats its finding for each branch.
//
// The package shares no code with the client in internal/optix, so that a misreading of the
// reference can't hide in both.
package emulator
