package cli

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A start makes no flags of commands that the command line can't mean: they would take most of it.
func TestSettingsAreFlagsOfTheNamedCommand(t *testing.T) {
	t.Parallel()
	for word, want := range map[string][]string{
		"version": nil, "--help": nil, "scan": {"scan"}, "verdict": {"verdict"}, "optix": {"optix"},
	} {
		var got []string
		for _, cmd := range (&app{args: []string{word}}).rootCommand().Commands() {
			if cmd.Flags().Lookup("no-color") != nil || cmd.Name() == "optix" && cmd.HasSubCommands() {
				got = append(got, cmd.Name())
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", word, diff)
		}
	}
}
