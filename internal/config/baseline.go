package config

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// maxAgeDays bounds an age, in days: ten years.
const maxAgeDays = 3650

// parseFileName refuses an empty name, which a workflow passes for a missing value.
func parseFileName(text string) (string, error) {
	if text == "" {
		return "", errEmpty
	}
	return text, nil
}

// addMaxAge adds comma-separated ages of entries of the baseline. Of several for one severity the
// shortest counts, so that no source loosens another.
func addMaxAge(c *Config, v Value) error {
	for _, word := range strings.Split(v.Text, ",") {
		name, text, ok := strings.Cut(strings.TrimSpace(word), "=")
		if !ok {
			return fmt.Errorf("must be SEVERITY=DAYSd, for example critical=7d, got %q", word)
		}
		severity, err := result.ParseSeverity(name)
		if err != nil {
			return err
		}
		days, err := parseDays(text)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if c.MaxAge == nil {
			c.MaxAge = map[result.Severity]int{}
		}
		if have, ok := c.MaxAge[severity]; !ok || days < have {
			c.MaxAge[severity] = days
		}
	}
	return nil
}

// parseDays reads a number of days, such as 30d.
func parseDays(text string) (int, error) {
	number, ok := strings.CutSuffix(text, "d")
	days, err := strconv.Atoi(number)
	if !ok || err != nil || days < 0 || days > maxAgeDays || strings.HasPrefix(number, "+") {
		return 0, fmt.Errorf("must be a number of days from 0d to %dd, for example 30d, got %q", maxAgeDays, text)
	}
	return days, nil
}
