// Package campaign is a test of the whole command and nothing else: it draws
// repositories, policies, services and faults from a seed, runs the command on
// them in simulated time, and holds every run against an oracle that knows what
// lay in the tree and what the service really said. Neither the service nor the
// oracle shares code with the product: what both get wrong would not be seen.
//
// The oracle reads three things: the tree and the policy, the log of the service
// (what it sent, when, and whether it arrived), and what the run left. Its
// rules, each with the function that holds a run against it:
//
//  1. Each target that the tree, the flags and the config file plan is one row, and
//     no other row exists (checkLedger).
//  2. A row is answered only if an answer arrived that is whole, of the documented
//     status, about what was asked, and free of contradictions (readLog, checkRow).
//     A contradiction that --tolerate names is accepted, and the verdict line names it.
//  3. A row is failed only for a reason in the log: an invalid answer, a refused
//     key, a deadline, a signal, a way to the service that was cut off (excused).
//  4. A template is answered by a scan that ended in success and whose report arrived
//     whole (readReport). An image is answered by name, or by a Dockerfile's task that
//     names it (readImages). A duplicate's answer counts only if it is by name and
//     names every image that was asked for (namesAll).
//  5. Every alert of a report that arrived is a finding for each resource that it
//     refers to, also where the report broke off or the row is failed (checkAlerts).
//  6. An image has the highest count of each severity that any answer gave it. It has
//     one high finding where an answer calls it not secure and no critical or high
//     count says why (checkImages).
//  7. A list of alerts counts if its pages follow each other, hold what the answers
//     count in total, and end (readOnce). If it changes it is read anew, four times at
//     most. The findings are the open items of the last reading (checkSources).
//  8. Lists of Cloud Optix lie between the numbers before and after them, or are read
//     once more, or fail. A number of 0 that matters is confirmed (readCounted).
//  9. The exit code follows from rows and findings: signal, crossed limit, missing
//     answer, deadline, nothing to scan, pass, in this order (expect).
//  10. SARIF is written only if no row is failed. No file of an earlier run and no
//     temporary file remains (checkReports, checkEnd).
//  11. The last line is the verdict; no other line looks like one (checkEnd).
//  12. A run ends by its deadline, asks within bounds, and never waits idly
//     (checkEnd, checkIdle).
//  13. Secrets and people in alerts appear nowhere, the key goes into its header alone,
//     and only the service's host is dialled (checkSecrets, inspect).
//  14. Nothing is uploaded that was not planned (checkFiles). With --save-results
//     nothing is sent twice (checkTwice).
//  15. A state file is used only if it is what the same command wrote against the same
//     service less than a day ago. Then no scan is repeated (begin, checkResumed).
//
// Where a moment decides, such as an answer in the last millisecond, both outcomes
// are right (ends, maybe).
package campaign
