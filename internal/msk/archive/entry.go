package archive

import (
	"archive/zip"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"unicode"
)

// The general purpose flags of an entry that stand for encryption.
const (
	flagEncrypted       = 1 << 0
	flagStrongEncrypted = 1 << 6
	flagMasked          = 1 << 13
)

// checkEntry refuses entries that cannot be read, or that nobody may unpack.
func checkEntry(where string, f *zip.File) error {
	if wrong := unsafeName(f.Name); wrong != "" {
		return refuse(UnsafeName, where, "the name of the entry %s", wrong)
	}
	if f.Flags&(flagEncrypted|flagStrongEncrypted|flagMasked) != 0 {
		return refuse(Encrypted, where, "the entry is encrypted")
	}
	if mode := f.Mode(); mode&fs.ModeType&^fs.ModeDir != 0 {
		return refuse(SpecialFile, where, "the entry is %s; only files and directories are allowed", kindOfFile(mode))
	}
	if f.Method != zip.Store && f.Method != zip.Deflate {
		return refuse(Unsupported, where, "the compression method %d is not supported; use deflate", f.Method)
	}
	return nil
}

// unsafeName says what is wrong with the name of an entry, "" for nothing.
func unsafeName(name string) string {
	switch {
	case name == "":
		return "is empty"
	case len(name) > maxNameBytes:
		return fmt.Sprintf("is longer than %d bytes", maxNameBytes)
	case strings.ContainsFunc(name, unicode.IsControl):
		return "has control characters"
	case strings.Contains(name, `\`):
		return "has a backslash; directories are separated by /"
	case name[0] == '/', len(name) > 1 && name[1] == ':':
		return "is an absolute path"
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == ".." {
			return "leads out of the archive"
		}
	}
	return ""
}

func kindOfFile(mode fs.FileMode) string {
	if mode&fs.ModeSymlink != 0 {
		return "a symbolic link"
	}
	return "a special file"
}

// isArchive reports whether Kafka Connect would put the entry of a ZIP on the class
// path. What macOS adds about a file has the file's name, but is not it.
func isArchive(name string) bool {
	base := path.Base(name)
	if strings.HasPrefix(base, "._") || strings.HasPrefix(name, "__MACOSX/") {
		return false
	}
	switch strings.ToLower(path.Ext(base)) {
	case ".jar", ".zip":
		return true
	}
	return false
}
