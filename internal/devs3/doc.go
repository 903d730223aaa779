// Package devs3 is an S3-compatible HTTP server that stores objects on disk,
// for development and tests. Kafka Connect has no such thing: it stands in for
// Amazon S3 behind sink connectors, custom plugins and worker logs.
//
// Requests are path-style (/bucket/key). Every change is visible at once and as
// a whole: contents are written to a temporary file and renamed into place.
// An object that was answered with success survives the death of the process;
// with [Settings.Sync] it survives the death of the machine. An unfinished
// multipart upload of short parts is only in memory: a restart forgets it, and
// its id answers NoSuchUpload. One with a part over 1 MiB is on disk and stays.
//
// On disk a bucket is a directory and an object with an ordinary key is a plain
// file at that path, so a bucket can be browsed, and files put there before a
// start become objects. Objects whose key is no ordinary path ("a//b", "..",
// "dir/", "a/b" beside an object "a") are kept under the hash of their key in
// the directory ".millrace", next to the journals with ETags, headers and tags
// and the parts of unfinished multipart uploads that are not in memory.
//
// Not offered: versioning, access control lists, policies, encryption, object
// lock, UploadPartCopy, and GET of one part. They are answered with
// NotImplemented.
//
// Floor 0. Connect: none (Amazon S3 on one machine).
package devs3
