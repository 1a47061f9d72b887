package alerts

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/choice"
)

// regions returns the ids of the regions of AWS, Azure and Google Cloud, and the words that
// services use for resources without one.
func regions() []string {
	return strings.Fields(awsRegions + azureRegions + gcpRegions + " global")
}

// The regions are those of November 2026
// (https://docs.aws.amazon.com/global-infrastructure/latest/regions,
// https://learn.microsoft.com/azure/reliability/regions-list,
// https://cloud.google.com/about/locations).
const (
	awsRegions = `
af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2
ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7
ca-central-1 ca-west-1 cn-north-1 cn-northwest-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2
eu-west-1 eu-west-2 eu-west-3 eusc-de-east-1 il-central-1 me-central-1 me-south-1 mx-central-1 sa-east-1
us-east-1 us-east-2 us-gov-east-1 us-gov-west-1 us-west-1 us-west-2 aws-global`
	azureRegions = `
australiacentral australiacentral2 australiaeast australiasoutheast austriaeast belgiumcentral
brazilsouth brazilsoutheast canadacentral canadaeast centralindia centralus chilecentral chinaeast
chinaeast2 chinaeast3 chinanorth chinanorth2 chinanorth3 denmarkeast eastasia eastus eastus2
francecentral francesouth germanynorth germanywestcentral indonesiacentral israelcentral italynorth
japaneast japanwest jioindiacentral jioindiawest koreacentral koreasouth malaysiawest mexicocentral
newzealandnorth northcentralus northeurope norwayeast norwaywest polandcentral qatarcentral
southafricanorth southafricawest southcentralus southeastasia southindia spaincentral swedencentral
swedensouth switzerlandnorth switzerlandwest taiwannorth uaecentral uaenorth uksouth ukwest
usdodcentral usdodeast usgovarizona usgovtexas usgovvirginia westcentralus westeurope westindia
westus westus2 westus3`
	gcpRegions = `
africa-south1 asia asia-east1 asia-east2 asia-northeast1 asia-northeast2 asia-northeast3 asia-south1
asia-south2 asia-southeast1 asia-southeast2 australia-southeast1 australia-southeast2 eu
europe-central2 europe-north1 europe-north2 europe-southwest1 europe-west1 europe-west10
europe-west12 europe-west2 europe-west3 europe-west4 europe-west6 europe-west8 europe-west9
me-central1 me-central2 me-west1 northamerica-northeast1 northamerica-northeast2
northamerica-south1 southamerica-east1 southamerica-west1 us us-central1 us-east1 us-east4 us-east5
us-south1 us-west1 us-west2 us-west3 us-west4`
)

// regionForm describes the values of a region for the help.
const regionForm = "regions of AWS, Azure and Google Cloud, by id, such as eu-central-1, westeurope or europe-west3"

// knownRegion requires patterns each of which a region matches, or a zone of one.
func knownRegion() filter {
	return filter{form: regionForm, check: func(values []string) error {
		if err := checkText(values); err != nil {
			return err
		}
		for _, v := range values {
			if !isRegion(v) {
				return unknownRegion(v)
			}
		}
		return nil
	}}
}

// exactRegion requires regions for a filter of a service, which knows no patterns.
func exactRegion() filter {
	known := knownRegion()
	return filter{form: regionForm, check: func(values []string) error {
		for _, v := range values {
			if strings.Contains(v, "*") {
				return fmt.Errorf("must be regions, got the pattern %q; fix: write it as %s", v, traitRegion)
			}
		}
		return known.check(values)
	}}
}

// unknownRegion tells how to name a region that is newer than this program, too: a pattern needs
// only one region that is known.
func unknownRegion(text string) error {
	s := choice.Suggest(regionText(text), regions())
	if s == "" {
		s = "; use ids such as eu-central-1, westeurope or europe-west3"
	}
	stem := strings.TrimRight(text, "0123456789*")
	if stem != "" && !strings.Contains(stem, "*") && isRegion(stem+"*") {
		s += fmt.Sprintf(" (for a region that is newer than this program: %q)", stem+"*")
	}
	return fmt.Errorf("unknown region %q%s", text, s)
}

// isRegion reports whether a region or a zone of one matches a pattern.
func isRegion(pattern string) bool {
	pattern = regionText(pattern)
	return slices.ContainsFunc(regions(), func(region string) bool {
		return matchPattern(pattern, region) || strings.HasPrefix(pattern, region) && isZone(pattern[len(region):])
	})
}

// isZone reports whether a text is what a zone has after its region: "b" of eu-west-1b, or "-b" of
// europe-west1-b.
func isZone(text string) bool {
	letter := strings.TrimPrefix(text, "-")
	return len(letter) == 1 && letter >= "a" && letter <= "f"
}

// regionText is a region as it is compared: West Europe is westeurope.
func regionText(s string) string { return strings.ToLower(strings.ReplaceAll(s, " ", "")) }

func regionTexts(texts []string) []string {
	out := make([]string, len(texts))
	for i, text := range texts {
		out[i] = regionText(text)
	}
	return out
}
