package cli

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/scangate/scangate/internal/emulator"
	"github.com/scangate/scangate/internal/trace"
)

func (a *app) emulatorCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "emulator",
		Short: "Serve the embedded Cloud Optix on loopback",
		Long:  `emulator serves the API of Cloud Optix, for tests and other clients.`,
		Example: `  $ scangate emulator --listen 127.0.0.1:8080
  $ curl -H 'Authorization: ApiKey any' -F files=@main.tf http://127.0.0.1:8080/api/v1/iac/scan
  $ scangate emulator --replay trace                # what a run with --trace-dir trace was answered`,
	}
	if !a.names(cmd) {
		return cmd
	}
	listen := cmd.Flags().String("listen", "127.0.0.1:8080", "the loopback `address` to listen on; port 0 picks a free one")
	pullAny := cmd.Flags().Bool("pull-any", false, "answer for every image, as a service that can pull them all; without it for well-known images")
	replay := cmd.Flags().String("replay", "", "answer as the services did in the run that made this `folder` with --trace-dir (see scangate help logs)")
	_ = cmd.MarkFlagDirname("replay")
	assume := cmd.Flags().StringArray("assume", nil, "settle a point that the reference of the API leaves open: `NAME=VALUE` from the list above; repeatable")
	_ = cmd.RegisterFlagCompletionFunc("assume", func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return choices(), cobra.ShellCompDirectiveNoFileComp
	})
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := loopback(*listen); err != nil {
			return err
		}
		if err := checkReplay(cmd); err != nil {
			return err
		}
		h, recorded, err := a.answering(*replay, *pullAny, *assume)
		if err != nil {
			return usagef("%w", err)
		}
		ctx, release := a.sys.withSignals(cmd.Context())
		defer release()
		addr, stop, err := emulator.Listen(ctx, *listen, h)
		if err != nil {
			return err
		}
		defer stop()
		if recorded != nil {
			a.sayReplay(recorded, addr)
		} else {
			a.sys.Say(fmt.Sprintf("the embedded Cloud Optix listens on http://%s; press Ctrl-C to stop it", addr))
		}
		<-ctx.Done()
		return nil
	}
	return cmd
}

// checkReplay refuses what contradicts --replay.
func checkReplay(cmd *cobra.Command) error {
	replay := cmd.Flags().Lookup("replay")
	switch {
	case !replay.Changed:
		return nil
	case replay.Value.String() == "":
		return usagef("--replay: must not be empty; fix: name the folder of --trace-dir")
	case cmd.Flags().Changed("pull-any") || cmd.Flags().Changed("assume"):
		return usagef("--replay answers from the trace alone; fix: leave out --pull-any and --assume")
	}
	return nil
}

// answering is what answers: the emulator, or a trace.
func (a *app) answering(replay string, pullAny bool, assume []string) (http.Handler, *trace.Trace, error) {
	if replay == "" {
		chosen, err := emulator.ParseAssumptions(assume)
		return emulator.New(emulator.Options{Key: a.sys.Getenv("SCANGATE_API_KEY"), Now: a.sys.Now, PullAny: pullAny, Assume: chosen}), nil, err
	}
	recorded, err := trace.Read(replay)
	if err != nil {
		return nil, nil, fmt.Errorf("--replay: %w", err)
	}
	missed := func(what string) { a.sys.Err.Log(slog.LevelWarn, what) }
	return trace.NewServer(recorded, a.sys.Now, missed), recorded, nil
}

// sayReplay says how to run against a trace.
func (a *app) sayReplay(t *trace.Trace, addr string) {
	a.sys.Say(fmt.Sprintf("%d requests of %s, recorded at %s, are answered on http://%s; press Ctrl-C to stop it",
		len(t.Exchanges), t.Head.Tool, t.Head.Started.Format(time.RFC3339), addr))
	if t.Head.Requests == nil {
		a.sys.Err.Log(slog.LevelWarn, "the recorded run did not end, so that its last requests may be missing")
	}
	for _, service := range t.Services() {
		if mount := trace.Mount(service); mount != "" {
			a.sys.Say(fmt.Sprintf("set %s=http://%s%s, and the credentials of the source to any text", service, addr, mount))
			continue
		}
		a.sys.Say(fmt.Sprintf("set SCANGATE_API_KEY to any text of 16 characters, and add %s http://%s to the command line of the run; "+
			"outside of a checkout also --repo-url https://any.invalid/x --branch any", service, addr))
	}
}

// choices are the values of --assume, for completion.
func choices() []cobra.Completion {
	var words []cobra.Completion
	for _, a := range emulator.Assumptions() {
		for _, c := range a.Choices {
			words = append(words, cobra.CompletionWithDesc(a.Name+"="+c.Value, a.Open+": "+c.Text))
		}
	}
	return words
}

// loopback refuses addresses that other machines can reach: the emulator speaks
// plain http and is not a service.
func loopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return usagef("--listen %s: must be HOST:PORT, for example 127.0.0.1:8080", addr)
	}
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return usagef("--listen %s: must be a loopback address; fix: use 127.0.0.1:8080, for example", addr)
}
