//go:build !race

package cli_test

// underRace is set where the race detector's own memory hides the product's.
const underRace = false
