package archive

import (
	"bytes"
	"io"
)

// sniffBytes reaches to where a tar file names itself.
const sniffBytes = 262

// checkMagic refuses what is no ZIP file, and says what it looks like instead.
func checkMagic(src io.ReaderAt, size int64) error {
	head := make([]byte, min(size, sniffBytes))
	if _, err := io.ReadFull(io.NewSectionReader(src, 0, size), head); err != nil {
		return damaged("", err)
	}
	switch {
	case size == 0:
		return refuse(WrongType, "", "the file is empty")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return nil
	case bytes.HasPrefix(head, []byte("PK\x07\x08")):
		return refuse(WrongType, "", "the file is one part of several of a ZIP archive")
	}
	return refuse(WrongType, "", "the file is no ZIP or JAR archive%s", looksLike(head))
}

func looksLike(head []byte) string {
	for _, known := range []struct {
		magic string
		at    int
		name  string
	}{
		{"\x1f\x8b", 0, "a gzip file"},
		{"ustar", 257, "a tar archive"},
		{"\xca\xfe\xba\xbe", 0, "a Java class"},
		{"BZh", 0, "a bzip2 file"},
		{"7z\xbc\xaf\x27\x1c", 0, "a 7-Zip archive"},
		{"\xfd7zXZ\x00", 0, "an xz file"},
		{"\x28\xb5\x2f\xfd", 0, "a Zstandard file"},
		{"Rar!", 0, "a RAR archive"},
		{"\x7fELF", 0, "a program"},
		{"<", 0, "XML or HTML, perhaps the error of a server"},
		{"{", 0, "JSON"},
	} {
		if len(head) >= known.at && bytes.HasPrefix(head[known.at:], []byte(known.magic)) {
			return "; it looks like " + known.name
		}
	}
	return ""
}
