package cli

import "github.com/spf13/cobra"

func newDev(Streams) *cobra.Command { return &cobra.Command{Use: "dev"} }
