//go:build !linux

package run

// releaseProgram does nothing: only Linux has been measured.
func releaseProgram() {}
