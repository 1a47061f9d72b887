//go:build heavy

package campaign

// defaultSchedules is how many schedules TestCampaign runs without -schedules.
const defaultSchedules = 2000
