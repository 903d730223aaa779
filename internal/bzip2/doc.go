// Package bzip2 compresses into the bzip2 format, which the standard library only
// reads. Blocks are sorted whole and coded with one Huffman table.
//
// Floor 0. Connect: org.apache.commons.compress.compressors.bzip2, which Avro's
// codec of that name uses.
package bzip2
