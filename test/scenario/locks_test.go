//go:build !synctests

package scenario

const fakeLocks = false
