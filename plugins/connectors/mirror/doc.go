// Package mirror holds what MirrorMaker 2 agrees on between clusters: the bytes of
// offset syncs, checkpoints and heartbeats, the names of replicated and internal
// topics, and the translation of a consumer group's offsets from one cluster to
// another. It offers no connector yet.
//
// Floor 3. Connect: org.apache.kafka.connect.mirror.
package mirror
