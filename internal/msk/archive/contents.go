package archive

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
)

// contents collects what is in a file.
type contents struct {
	ctx      context.Context
	settings Settings
	bytes    int64 // that may still be unpacked
	entries  int   // that may still come
	nested   int   // JARs that were seen, opened or not

	jars     []*jar
	classes  map[string]class
	declared []declaration
	problems []string
	reader   classReader
	buffer   []byte
}

// jar is a [Jar] while it is read.
type jar struct {
	Jar
	versions versions
}

func newContents(ctx context.Context, s Settings, size int64) *contents {
	return &contents{
		ctx: ctx, settings: s, classes: map[string]class{},
		bytes: s.Limits.unpacked(size), entries: s.Limits.Entries,
	}
}

// readFile reads the file itself, whose entries may be JARs if it is a ZIP.
func (c *contents) readFile(src io.ReaderAt, size int64) error {
	if err := c.readArchive("", src, size); err != nil {
		return err
	}
	if c.settings.ContentType == JAR && len(c.classes) == 0 && c.nested > 0 {
		return refuse(WrongType, "", "the file is declared a JAR, but it holds %d JARs and no class; declare it a ZIP", c.nested)
	}
	return nil
}

// readArchive reads the entries of an archive one after the other.
func (c *contents) readArchive(name string, src io.ReaderAt, size int64) error {
	z, err := openZip(src, size, c.entries)
	if err != nil {
		return within(name, err)
	}
	c.entries -= len(z.File)
	c.jars = append(c.jars, &jar{Jar: Jar{Name: name}})
	at := len(c.jars) - 1
	for _, f := range z.File {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		where := f.Name
		if name != "" {
			where = name + "!/" + f.Name
		}
		if err := checkEntry(where, f); err != nil {
			return err
		}
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		if err := c.readEntry(at, where, f); err != nil {
			return damaged(where, err)
		}
	}
	return nil
}

// within names the archive that an error is about, unless it is the file itself.
func within(name string, err error) error {
	var known *Error
	if errors.As(err, &known) && known.Entry == "" {
		known.Entry = name
	}
	return err
}

// readEntry unpacks one entry to its end, so that its checksum is verified too.
func (c *contents) readEntry(at int, where string, f *zip.File) error {
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	body := contextReader{c.ctx, &boundedReader{r: r, contents: c, where: where}}
	if err := c.take(at, where, f.Name, body); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, body)
	return err
}

// take hands an entry to whoever understands it. It need not be read to its end.
func (c *contents) take(at int, where, name string, body io.Reader) error {
	if at == 0 && isArchive(name) {
		c.nested++
		if c.settings.ContentType == ZIP {
			return c.readNested(where, body)
		}
		return nil
	}
	base := path.Base(name)
	switch {
	case strings.HasPrefix(name, servicesDir):
		return c.readServices(at, name, body)
	case name == manifestName:
		return c.readManifest(at, body)
	case strings.HasSuffix(name, ".class") && !strings.HasPrefix(name, "META-INF/") && base != "module-info.class" && base != "package-info.class":
		return c.readClass(at, where, body)
	case isVersionFile(name):
		return c.readVersionFile(at, name, body)
	}
	return nil
}

// readNested reads a JAR in a ZIP from a file of its own, because the directory at its
// end comes first.
func (c *contents) readNested(name string, body io.Reader) error {
	file, err := os.CreateTemp(c.settings.TempDir, "jar-*")
	if err != nil {
		return fmt.Errorf("unpack plugin file: %w", err)
	}
	defer func() {
		_ = file.Close()
		_ = os.Remove(file.Name())
	}()
	_ = os.Remove(file.Name()) // at once, where a file may be open without a name
	size, err := io.Copy(file, body)
	if err != nil {
		return err
	}
	if err := checkMagic(file, size); err != nil {
		return within(name, err)
	}
	return c.readArchive(name, file, size)
}

func (c *contents) readClass(at int, where string, body io.Reader) error {
	b, whole, err := c.bounded(body, maxClassBytes)
	if err != nil {
		return err
	}
	if !whole {
		c.problem("%s: the class is too large to look into", where)
		return nil
	}
	found, err := c.reader.read(b)
	if err != nil {
		c.problem("%s: %v", where, err)
		return nil
	}
	c.jars[at].Classes++
	if _, twice := c.classes[found.name]; !twice { // as on a class path, the first counts
		found.jar = at
		c.classes[found.name] = found
	}
	return nil
}

// bounded reads at most n bytes and reports whether that is all. The bytes are valid
// until the next call.
func (c *contents) bounded(r io.Reader, n int64) (b []byte, whole bool, err error) {
	buffer := sliceWriter{c.buffer[:0]}
	read, err := io.Copy(&buffer, io.LimitReader(r, n+1))
	c.buffer = buffer.b
	return buffer.b, read <= n, err
}

type sliceWriter struct{ b []byte }

func (w *sliceWriter) Write(b []byte) (int, error) {
	w.b = append(w.b, b...)
	return len(b), nil
}

func (c *contents) problem(format string, args ...any) {
	if len(c.problems) < maxProblems {
		c.problems = append(c.problems, strings.ToValidUTF8(fmt.Sprintf(format, args...), "?"))
	}
}

// boundedReader counts what is unpacked.
type boundedReader struct {
	r        io.Reader
	contents *contents
	where    string
}

func (b *boundedReader) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.contents.bytes -= int64(n); b.contents.bytes < 0 {
		return 0, refuse(Bomb, b.where, "the archive unpacks to more bytes than allowed for its size")
	}
	return n, err
}
