package cli

import (
	"fmt"
	"net"

	"github.com/spf13/cobra"

	"github.com/scangate/scangate/internal/emulator"
)

func (a *app) emulatorCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "emulator",
		Short: "Serve the embedded Cloud Optix on loopback",
		Long:  `emulator serves the API of Cloud Optix, for tests and other clients.`,
		Example: `  $ scangate emulator --listen 127.0.0.1:8080
  $ curl -H 'Authorization: ApiKey any' -F files=@main.tf http://127.0.0.1:8080/api/v1/iac/scan`,
	}
	listen := cmd.Flags().String("listen", "127.0.0.1:8080", "the loopback `address` to listen on; port 0 picks a free one")
	pullAny := cmd.Flags().Bool("pull-any", false, "answer for every image, as a service that can pull them all; without it for well-known images")
	assume := cmd.Flags().StringArray("assume", nil, "settle a point that the reference of the API leaves open: `NAME=VALUE` from the list above; repeatable")
	_ = cmd.RegisterFlagCompletionFunc("assume", func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return choices(), cobra.ShellCompDirectiveNoFileComp
	})
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := loopback(*listen); err != nil {
			return err
		}
		chosen, err := emulator.ParseAssumptions(*assume)
		if err != nil {
			return usagef("%w", err)
		}
		ctx, release := a.sys.withSignals(cmd.Context())
		defer release()
		addr, stop, err := emulator.Listen(ctx, *listen, emulator.Options{
			Key: a.sys.Getenv("SCANGATE_API_KEY"), Now: a.sys.Now, PullAny: *pullAny, Assume: chosen,
		})
		if err != nil {
			return err
		}
		defer stop()
		a.sys.Say(fmt.Sprintf("the embedded Cloud Optix listens on http://%s; press Ctrl-C to stop it", addr))
		<-ctx.Done()
		return nil
	}
	return cmd
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
	return usagef("--listen %s: must be a loopback address, for example 127.0.0.1:8080", addr)
}
