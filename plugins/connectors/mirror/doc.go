// Package mirror holds what MirrorMaker 2 agrees on between clusters: the bytes of
// offset syncs, checkpoints and heartbeats, the names of replicated and internal
// topics, and the translation of a consumer group's offsets from one cluster to
// another. Of its connectors, MirrorHeartbeatConnector works; the other two can be
// configured and validated, and say at their start that they are not supported yet.
//
// Floor 3. Connect: org.apache.kafka.connect.mirror.
package mirror
