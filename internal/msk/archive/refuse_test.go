package archive

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestRefuse(t *testing.T) {
	jar := pack(t, public("a.A", sourceRoot), text("readme", strings.Repeat("text ", 1000)))
	named := func(name string) []byte { return pack(t, text(name, "x")) }
	flagged := func(change func(*zip.FileHeader)) []byte {
		return pack(t, entry{name: "dir/x", body: []byte("x"), header: change, raw: true})
	}
	mode := func(m fs.FileMode) []byte {
		return pack(t, entry{name: "link", body: []byte("/etc/passwd"), header: func(h *zip.FileHeader) { h.SetMode(m) }})
	}
	zeros := make([]byte, 1<<20)
	few := DefaultLimits()
	few.Entries, few.FreeBytes, few.FileBytes = 3, 1<<19, 1<<16
	damagedBody := slices.Clone(jar)
	damagedBody[len("PK")+60] ^= 0xff
	tar := make([]byte, 512)
	copy(tar[257:], "ustar")
	for name, tc := range map[string]struct {
		file   []byte
		s      Settings
		reason Reason
		text   string
	}{
		"empty":                  {nil, Settings{ContentType: JAR}, WrongType, "plugin file: the file is empty"},
		"one byte":               {[]byte("P"), Settings{ContentType: JAR}, WrongType, "no ZIP or JAR archive"},
		"tar":                    {tar, Settings{ContentType: ZIP}, WrongType, "it looks like a tar archive"},
		"gzip":                   {[]byte("\x1f\x8b\x08rest"), Settings{ContentType: ZIP}, WrongType, "it looks like a gzip file"},
		"error page":             {[]byte("<?xml version='1.0'?><Error/>"), Settings{ContentType: ZIP}, WrongType, "the error of a server"},
		"content type":           {jar, Settings{ContentType: "TAR"}, WrongType, `the content type is "TAR"`},
		"size":                   {make([]byte, 1<<16+1), Settings{ContentType: ZIP, Limits: few}, TooLarge, "the file has 65537 bytes; at most 65536 are allowed"},
		"checksum":               {jar, Settings{ContentType: JAR, MD5: strings.Repeat("0", 32)}, WrongChecksum, "not 0000"},
		"JAR of JARs":            {pack(t, entry{name: "a.jar", body: jar}), Settings{ContentType: JAR}, WrongType, "it holds 1 JARs and no class; declare it a ZIP"},
		"cut":                    {jar[:len(jar)-30], Settings{ContentType: JAR}, Truncated, "the archive has no end record"},
		"cut in its end":         {jar[:len(jar)-1], Settings{ContentType: JAR}, Truncated, "not complete"},
		"cut to its first bytes": {jar[:20], Settings{ContentType: JAR}, Truncated, "not complete"},
		"data after the end":     {append(slices.Clone(jar), "more"...), Settings{ContentType: JAR}, Corrupt, "after the end"},
		"data in the middle":     {slices.Concat(jar[:40], jar), Settings{ContentType: JAR}, Corrupt, "not where its end says"},
		"damaged body":           {damagedBody, Settings{ContentType: JAR}, Corrupt, `"a/A.class": the archive is damaged`},
		"encrypted":              {flagged(func(h *zip.FileHeader) { h.Flags |= flagEncrypted }), Settings{ContentType: ZIP}, Encrypted, `"dir/x": the entry is encrypted`},
		"unknown compression":    {flagged(func(h *zip.FileHeader) { h.Method = 93 }), Settings{ContentType: ZIP}, Unsupported, "method 93"},
		"a lie about the size": {flagged(func(h *zip.FileHeader) {
			h.Method, h.CompressedSize64, h.UncompressedSize64, h.CRC32 = zip.Store, 1, 1<<40, crc32.ChecksumIEEE([]byte("x"))
		}), Settings{ContentType: ZIP}, Corrupt, "damaged"},
		"a lie about the packed size": {flagged(func(h *zip.FileHeader) {
			h.Method, h.CompressedSize64, h.UncompressedSize64 = zip.Store, 1<<40, 1<<40
		}), Settings{ContentType: ZIP}, Corrupt, "damaged"},
		"parent":          {named("lib/../../etc/x"), Settings{ContentType: ZIP}, UnsafeName, "leads out of the archive"},
		"parent alone":    {named(".."), Settings{ContentType: ZIP}, UnsafeName, "leads out"},
		"absolute":        {named("/etc/x"), Settings{ContentType: ZIP}, UnsafeName, "absolute path"},
		"drive":           {named("C:/x"), Settings{ContentType: ZIP}, UnsafeName, "absolute path"},
		"backslash":       {named(`lib\x.jar`), Settings{ContentType: ZIP}, UnsafeName, "backslash"},
		"control":         {named("a\x00b"), Settings{ContentType: ZIP}, UnsafeName, "control characters"},
		"long name":       {named(strings.Repeat("n", maxNameBytes+1)), Settings{ContentType: ZIP}, UnsafeName, "longer than 4096"},
		"no name":         {named(""), Settings{ContentType: ZIP}, UnsafeName, "is empty"},
		"symbolic link":   {mode(fs.ModeSymlink | 0o777), Settings{ContentType: ZIP}, SpecialFile, `"link": the entry is a symbolic link`},
		"device":          {mode(fs.ModeDevice | 0o600), Settings{ContentType: ZIP}, SpecialFile, "a special file"},
		"entries":         {pack(t, text("a", ""), text("b", ""), text("c", ""), text("d", "")), Settings{ContentType: ZIP, Limits: few}, TooManyEntries, "more entries than allowed"},
		"entries of JARs": {pack(t, text("a", ""), entry{name: "x.jar", body: pack(t, text("a", ""), text("b", ""))}), Settings{ContentType: ZIP, Limits: few}, TooManyEntries, `"x.jar": there are more`},
		"bomb":            {pack(t, text("a", string(zeros))), Settings{ContentType: ZIP, Limits: few}, Bomb, `"a": the archive unpacks to more`},
		"bomb in a JAR":   {pack(t, entry{name: "x.jar", body: pack(t, text("a", string(zeros)))}), Settings{ContentType: ZIP, Limits: few}, Bomb, `"x.jar!/a": the archive unpacks`},
		"JAR that is none": {
			pack(t, text("lib/x.jar", "\x1f\x8b")),
			Settings{ContentType: ZIP},
			WrongType,
			`"lib/x.jar": the file is no ZIP or JAR archive; it looks like a gzip`,
		},
		"JAR that is cut":       {pack(t, entry{name: "lib/x.jar", body: jar[:100]}), Settings{ContentType: ZIP}, Truncated, `"lib/x.jar": `},
		"link in a JAR":         {pack(t, entry{name: "lib/x.jar", body: mode(fs.ModeSymlink)}), Settings{ContentType: ZIP}, SpecialFile, `"lib/x.jar!/link"`},
		"JAR of JARs in a ZIP":  {pack(t, entry{name: "x.jar", body: pack(t, text("y.jar", "not opened"), text("../z", ""))}), Settings{ContentType: ZIP}, UnsafeName, `"x.jar!/../z"`},
		"wrong count":           {patch(jar, 10, 9), Settings{ContentType: JAR}, Corrupt, "claims to have 9"},
		"directory elsewhere":   {patch(jar, 16, 1), Settings{ContentType: JAR}, Corrupt, "not where its end says"},
		"directory of no bytes": {patch(jar, 12, 0), Settings{ContentType: JAR}, Corrupt, "not where its end says"},
		"no directory":          {patch(patch(jar, 12, 0), 16, uint16(len(jar)-endBytes)), Settings{ContentType: JAR}, Corrupt, "claims to have 2"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := inspect(t, tc.file, tc.s)
			var known *Error
			if !errors.As(err, &known) || known.Reason != tc.reason || !strings.Contains(err.Error(), tc.text) {
				t.Errorf("error %v, want %s: … %s", err, tc.reason, tc.text)
			}
		})
	}
}

// patch changes two bytes of the end record.
func patch(file []byte, at int, v uint16) []byte {
	file = slices.Clone(file)
	binary.LittleEndian.PutUint16(file[len(file)-endBytes+at:], v)
	return file
}

// An archive of nothing is no error: a control plane may know the connector without it.
func TestAccept(t *testing.T) {
	stored := entry{name: "same", body: []byte("x"), header: func(h *zip.FileHeader) { h.Method = zip.Store }}
	for name, file := range map[string][]byte{
		"nothing":         pack(t),
		"no class":        pack(t, text("readme", "x")),
		"many entries":    pack(t, slices.Repeat([]entry{stored}, 70_000)...), // with the end record for large archives
		"JAR in a JAR":    pack(t, text("BOOT-INF/lib/x.jar", "not opened"), public("a.A", object)),
		"well compressed": pack(t, text("a", strings.Repeat("0", 1<<20))),
	} {
		t.Run(name, func(t *testing.T) {
			r, err := inspect(t, file, Settings{ContentType: JAR})
			if err != nil || len(r.Plugins) != 0 || len(r.Jars) != 1 {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
}

// What the disk says is no fault of the file.
func TestErrorOfTheDisk(t *testing.T) {
	file, err := os.Open(t.TempDir()) // a directory cannot be read
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	_, err = Inspect(t.Context(), file, 100, Settings{ContentType: JAR})
	var known *Error
	if err == nil || errors.As(err, &known) {
		t.Errorf("error %v", err)
	}
}

// Whatever end record the ZIP reader may find, it cannot read more than was counted.
func TestGuard(t *testing.T) {
	guard := &guardedReader{src: bytes.NewReader(make([]byte, 100)), left: 10}
	if _, err := guard.ReadAt(make([]byte, 10), 0); err != nil {
		t.Fatal(err)
	}
	var known *Error
	if _, err := guard.ReadAt(make([]byte, 1), 0); !errors.As(err, &known) || known.Reason != Corrupt {
		t.Errorf("error %v", err)
	}
	guard.off = true
	if _, err := guard.ReadAt(make([]byte, 50), 0); err != nil {
		t.Error(err)
	}
}

func FuzzInspect(f *testing.F) {
	jar := pack(f, public("a.A", sourceRoot), text("META-INF/MANIFEST.MF", "Implementation-Version: 1\n"),
		text(services+sinkRoot, "a.A\n"), text("connect.version", "version=1\n"))
	f.Add(jar)
	f.Add(pack(f, entry{name: "x.jar", body: jar}))
	f.Add(patch(jar, 10, 0xffff))
	limits := Limits{FileBytes: 1 << 16, UnpackedBytes: 1 << 20, FreeBytes: 1 << 20, Ratio: 10, Entries: 100}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, kind := range []ContentType{JAR, ZIP} {
			r, err := Inspect(t.Context(), bytes.NewReader(b), int64(len(b)), Settings{ContentType: kind, TempDir: t.TempDir(), Limits: limits})
			var known *Error
			if err != nil && !errors.As(err, &known) {
				t.Errorf("untyped error %v", err)
			}
			if len(r.Problems) > maxProblems {
				t.Errorf("%d problems", len(r.Problems))
			}
		}
	})
}
