package result

// Submission is one scan of templates that the service has answered.
type Submission struct {
	// ID is the service's id of the scan.
	ID string
	// Paths are the files that were uploaded together, relative to the repository
	// root: what the alerts' file names are matched against.
	Paths []string
	// Alerts stand in the order of the report.
	Alerts []Alert
}

// Alert is one alert of an IaC report, as the service wrote it. Its texts are
// attacker-influenced: they repeat names from the templates.
type Alert struct {
	Severity Severity
	// RawSeverity is the service's own word where it is not a known one.
	RawSeverity string
	// Summary and Details may hold HTML.
	Summary, Details string
}

// ImageAnswer is what the service said of one image, merged over all tasks that
// named it.
type ImageAnswer struct {
	// Image is the normalised reference.
	Image string
	// Target is the ID of the image's row, "" for an image that was not planned.
	Target string
	// Submission is the service's id of the task.
	Submission string
	// Paths are the Dockerfiles that the answer names for the image, as the
	// service wrote them.
	Paths []string
	// Counts hold the severities that occur, worst first and unknown words last.
	Counts []SeverityCount
	// Insecure: the service marks the image as not secure.
	Insecure bool
}

// SeverityCount is a number of vulnerabilities of one severity.
type SeverityCount struct {
	Severity Severity
	// RawSeverity is the service's own word where it is not a known one.
	RawSeverity string
	N           int
}
