//go:build synctests

package scenario

// fakeLocks tells that the Kafka client was built with locks that let fake time pass
// while somebody waits for them.
const fakeLocks = true
