package cli

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

// logFormatVariable gives the format of the log when the flag does not, so that a link
// named like Kafka's script, or a container image, needs no other arguments.
const logFormatVariable = "MILLRACE_LOG_FORMAT"

// logFormat is how log lines are written. It is a pflag.Value.
type logFormat string

const (
	textLog logFormat = "text"
	jsonLog logFormat = "json"
)

// String returns the word for it.
func (f *logFormat) String() string { return string(*f) }

// Type names the values in the help.
func (f *logFormat) Type() string { return "text|json" }

// Set reads a word.
func (f *logFormat) Set(word string) error {
	switch at := logFormat(word); at {
	case textLog, jsonLog:
		*f = at
		return nil
	}
	return fmt.Errorf("there is no log format %q; choose text or json", word)
}

// addLogFormat gives a command the flag. The function returns whether to write JSON,
// after the command line was read.
func addLogFormat(c *cobra.Command) func() (bool, error) {
	format := textLog
	c.Flags().Var(&format, "log-format", "format of the log (default of the environment variable "+logFormatVariable+")")
	return func() (bool, error) {
		if word := os.Getenv(logFormatVariable); word != "" && !c.Flags().Changed("log-format") {
			if err := format.Set(word); err != nil {
				return false, fmt.Errorf("%s: %w", logFormatVariable, err)
			}
		}
		return format == jsonLog, nil
	}
}
