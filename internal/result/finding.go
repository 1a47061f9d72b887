package result

import "time"

// Placement says how a finding came to its location.
type Placement string

// The placements, from the best to none at all.
const (
	// PlacedAttribute: on the line of an attribute that the details quote.
	PlacedAttribute Placement = "attribute"
	// PlacedResource: on the first line of the resource, or on the lines that
	// name the image.
	PlacedResource Placement = "resource"
	// PlacedFile: on the first line of a known file, because no resource fits.
	PlacedFile Placement = "file"
	// PlacedAmbiguous: several files fit; Candidates lists them and Locations is
	// empty.
	PlacedAmbiguous Placement = "ambiguous"
	// Unplaced: the finding names no file of this repository.
	Unplaced Placement = "unplaced"
)

// Finding is one thing that the service holds against the repository: an IaC
// alert for one resource, or the vulnerabilities of one severity in one image.
type Finding struct {
	// Fingerprint survives line shifts, other branches and repeated scans. It has the numbers
	// and names that stand in the resource's block, and no other numbers. No two findings of
	// a run share it: of n equal findings, each run has the same n fingerprints.
	Fingerprint string `json:"fingerprint"`
	Kind        Kind   `json:"kind"`
	// Rule is the id of the rule (see [RuleID]), without the severity. It is made of the
	// summary or, for alerts whose vendor names one, of the vendor's id of the rule.
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	// RawSeverity is the service's own word, kept where it is not a known one.
	RawSeverity string `json:"rawSeverity,omitempty"`
	// Count is the number of vulnerabilities, or of open alerts whose details
	// were not needed; 1 for everything else.
	Count int `json:"count"`
	// Summary and Details are plain text from the service, HTML removed.
	Summary string `json:"summary"`
	Details string `json:"details,omitempty"`
	// Derived is set in result.json alone, else nil.
	*Derived
	// Target is the ID of the ledger row that the finding came with: the
	// template, once it is known, or the image.
	Target string `json:"target,omitempty"`
	// Image is the normalised reference, for image findings.
	Image string `json:"image,omitempty"`
	// Ref and File are the service's own words for the resource and the file;
	// KindWord is its word for the resource's type, such as AWS_S3.
	Ref      string `json:"ref,omitempty"`
	File     string `json:"file,omitempty"`
	KindWord string `json:"kindWord,omitempty"`
	// Submission is the service's id of the scan or task, and Alert the alert's
	// place in the report of that scan, from 1; 0 for everything but IaC.
	Submission string `json:"submission,omitempty"`
	Alert      int    `json:"alert,omitempty"`
	// Resource is the address of the resource in the file, such as
	// aws_s3_bucket.logs, or the first one of an open alert.
	Resource string `json:"resource,omitempty"`
	// Resources are all those of an open alert that has several.
	Resources []string   `json:"resources,omitempty"`
	Placement Placement  `json:"placement"`
	Locations []Location `json:"locations,omitempty"`
	// Note says what a reader must know of the placement, for example that
	// several resources fit.
	Note       string     `json:"note,omitempty"`
	Candidates []Location `json:"candidates,omitempty"`
	// Block is a hash of the text of the resource's block in the file: 32 hexadecimal digits,
	// "" without a resource. Shifted lines, blanks at the end of lines and the kind of line
	// breaks make no difference.
	Block string `json:"block,omitempty"`
	// Former is the fingerprint that the finding would have at the former path of its file, if git
	// knows that the file was moved since the baseline; else "".
	Former string `json:"formerFingerprint,omitempty"`
	// Uncertain says why the service may mean another resource or file, "" if it can't. Texts
	// of the templates may have led to the place, so that only the whole fingerprint
	// identifies the finding.
	Uncertain string `json:"uncertain,omitempty"`
	// Cloud is nil for what is not an open alert or a hit of a check.
	*Cloud
	// Unplanned marks an image that the answer names and the plan does not.
	Unplanned bool `json:"unplanned,omitempty"`
	// Outside marks a finding in files that the change does not touch, or in an image that
	// its files named before. What that
	// means for the verdict stands in Stamp.
	Outside bool `json:"outside,omitempty"`
	// Unrelated marks an open alert about nothing in the templates that the change touches, for a
	// source with related: true.
	Unrelated bool `json:"unrelated,omitempty"`
	// Delta is how the finding compares with what [Result].Delta is against.
	Delta State `json:"delta,omitempty"`
	// Stamp is what the gate made of the finding.
	Stamp Stamp `json:"stamp,omitzero"`
}

// Cloud are the fields of open alerts and of hits of checks: the cloud account, where in it, the
// vendor's page, the vendor's id (64-bit numbers too are texts), and since and until when it was
// seen. Personal data is in none of them unless it was asked for.
type Cloud struct {
	Account   string    `json:"account,omitempty"`
	Region    string    `json:"region,omitempty"`
	Link      string    `json:"link,omitempty"`
	AlertID   string    `json:"alertId,omitempty"`
	FirstSeen time.Time `json:"firstSeen,omitzero"`
	LastSeen  time.Time `json:"lastSeen,omitzero"`
}

// InCloud returns the fields of an open alert, the zero Cloud for every other finding.
func (f *Finding) InCloud() Cloud {
	if f.Cloud == nil {
		return Cloud{}
	}
	return *f.Cloud
}

// CountsVulnerabilities reports whether the finding is a number of vulnerabilities of a
// known severity. Its summary says no more than that.
func (f Finding) CountsVulnerabilities() bool {
	return f.Image != "" && f.Severity != Unknown && f.Rule != RuleImageNotSecure
}

// Placed reports whether the finding has a file and a line.
func (f Finding) Placed() bool { return len(f.Locations) > 0 }
