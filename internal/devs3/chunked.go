package devs3

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"net/http"
	"strconv"
	"strings"
)

const (
	maxChunkLine   = 4 << 10
	maxTrailerSize = 16 << 10
)

// chunkReader decodes an aws-chunked body:
//
//	hex-size[;chunk-signature=…] CRLF data CRLF … 0[;…] CRLF [name:value CRLF …] CRLF
//
// It checks the signatures when there is somebody to check them, and collects
// the trailer.
type chunkReader struct {
	src     *bufio.Reader
	check   ChunkCheck
	trailer http.Header

	left      int64 // of the present chunk
	signature string
	sum       hash.Hash // over the present chunk, when signed
	err       error     // sticky; io.EOF after the trailer
}

func newChunkReader(src io.Reader, check ChunkCheck) *chunkReader {
	c := &chunkReader{src: bufio.NewReaderSize(src, maxChunkLine), check: check, trailer: http.Header{}}
	if check != nil {
		c.sum = sha256.New()
	}
	c.err = c.begin()
	return c
}

// Read returns decoded bytes.
func (c *chunkReader) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.src.Read(p[:min(int64(len(p)), c.left)])
	if c.sum != nil {
		c.sum.Write(p[:n])
	}
	c.left -= int64(n)
	if err != nil {
		c.err = cutShort(err)
	} else if c.left == 0 {
		c.err = c.next()
	}
	return n, c.err
}

// begin reads the head of a chunk; the empty chunk ends the body.
func (c *chunkReader) begin() error {
	line, err := c.line()
	if err != nil {
		return err
	}
	size, extension, _ := strings.Cut(line, ";")
	if c.left, err = strconv.ParseInt(strings.TrimSpace(size), 16, 64); err != nil || c.left < 0 {
		return errInvalidRequest.because("A chunk of the body has no valid size.")
	}
	c.signature, _ = strings.CutPrefix(strings.TrimSpace(extension), "chunk-signature=")
	if c.left > 0 {
		return nil
	}
	if err := c.verify(); err != nil {
		return err
	}
	return c.end()
}

// next closes the present chunk and begins another.
func (c *chunkReader) next() error {
	line, err := c.line()
	if err != nil {
		return err
	}
	if line != "" {
		return errInvalidRequest.because("A chunk of the body is longer than its size.")
	}
	if err := c.verify(); err != nil {
		return err
	}
	return c.begin()
}

func (c *chunkReader) verify() error {
	if c.check == nil {
		return nil
	}
	sum := c.sum.Sum(nil)
	c.sum.Reset()
	return authCheck(c.check(false, c.signature, sum))
}

// end reads the trailer up to the empty line. Some clients leave that out.
func (c *chunkReader) end() error {
	var signed strings.Builder
	signature := ""
	for {
		line, err := c.line()
		if errors.Is(err, errIncompleteBody) || (err == nil && line == "") {
			break
		}
		if err != nil {
			return err
		}
		name, value, _ := strings.Cut(line, ":")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		if name == "x-amz-trailer-signature" {
			signature = value
			continue
		}
		signed.WriteString(name + ":" + value + "\n")
		if signed.Len() > maxTrailerSize {
			return errInvalidRequest.because("The trailer is too long.")
		}
		c.trailer.Set(name, value)
	}
	if c.check != nil && signed.Len() > 0 {
		sum := sha256.Sum256([]byte(signed.String()))
		if err := authCheck(c.check(true, signature, sum[:])); err != nil {
			return err
		}
	}
	return io.EOF
}

func (c *chunkReader) line() (string, error) {
	line, err := c.src.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return "", errInvalidRequest.because("A line of the chunked body is too long.")
	}
	if err != nil {
		return "", cutShort(err)
	}
	return strings.TrimRight(string(line), "\r\n"), nil
}

func cutShort(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errIncompleteBody
	}
	return err
}

func authCheck(err error) error {
	if err == nil {
		return nil
	}
	return authError(err)
}
