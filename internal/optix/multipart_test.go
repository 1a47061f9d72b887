package optix

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"

	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/transport"
)

// standard returns what mime/multipart writes with the same boundary, after the
// control characters in names are encoded.
func standard(t interface{ Fatal(...any) }, contentType string, files map[string]string, order []string) []byte {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	if err := w.SetBoundary(params["boundary"]); err != nil {
		t.Fatal(err)
	}
	encode := []string{"\x7f", "%7F"}
	for c := range 32 {
		if c != '\t' && c != '\r' && c != '\n' {
			encode = append(encode, string(rune(c)), fmt.Sprintf("%%%02X", c))
		}
	}
	for _, path := range order {
		part, err := w.CreateFormFile("files", strings.NewReplacer(encode...).Replace(path))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(part, files[path])
	}
	_ = w.Close()
	return out.Bytes()
}

func TestMultipartEqualsMimeMultipart(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"Dockerfile":                 "FROM scratch\n",
		"infra/größe ✓/日本.tf":        "resource {}",
		`a"b\c` + "\r\n" + "d;=.yml": "x",
		"empty.tf":                   "",
		"bad\xffutf8":                "y",
		"\x00esc\x1b\x7f\t.tf":       "z",
		"%0D%0A":                     strings.Repeat("long\r\n--boundary\r\n", 5000),
	}
	var order []string
	var list []File
	for path, content := range files {
		order, list = append(order, path), append(list, textFile(path, content))
	}
	body, contentType, length := Multipart(list)
	for range 2 { // a second attempt sends the same
		rc, err := body()
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(rc)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, standard(t, contentType, files, order)) {
			t.Errorf("differs from mime/multipart:\n%q", got)
		}
		if int64(len(got)) != length {
			t.Errorf("%d bytes, announced %d", len(got), length)
		}
	}
	// Literal texts, so that a change in the standard library fails the test.
	got := string(standard(t, contentType, files, order))
	for _, want := range []string{
		`Content-Disposition: form-data; name="files"; filename="a\"b\\c%0D%0Ad;=.yml"` + "\r\nContent-Type: application/octet-stream\r\n\r\nx",
		`filename="infra/größe ✓/日本.tf"`,
		`filename="%00esc%1B%7F` + "\t" + `.tf"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q", want)
		}
	}
}

func TestMultipartProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		files := rapid.MapOfN(rapid.String(), rapid.String(), 1, 5).Draw(t, "files")
		var order []string
		var list []File
		for path, content := range files {
			order, list = append(order, path), append(list, textFile(path, content))
		}
		body, contentType, length := Multipart(list)
		rc, _ := body()
		var got bytes.Buffer
		chunk := make([]byte, rapid.IntRange(1, 40).Draw(t, "chunk"))
		var err error
		for err == nil {
			var n int
			if n, err = rc.Read(chunk); n == 0 && err == nil {
				t.Fatal("nothing was read, and it is not the end")
			}
			got.Write(chunk[:n])
		}
		if !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), standard(t, contentType, files, order)) || int64(got.Len()) != length {
			t.Fatalf("differs from mime/multipart: %q", got.String())
		}
	})
}

// counted is a file that counts how often it is open.
type counted struct {
	io.Reader
	open *atomic.Int64
}

func (c counted) Close() error {
	c.open.Add(-1)
	return nil
}

func countedFile(path string, planned int64, content string, open *atomic.Int64) File {
	return File{Path: path, Size: planned, Open: func() (io.ReadCloser, error) {
		open.Add(1)
		return counted{iotest.HalfReader(strings.NewReader(content)), open}, nil
	}}
}

func TestFileChanged(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"shorter": "12345", "one byte longer": "12345678901", "empty now": "", "much longer": strings.Repeat("x", 1<<20),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var open atomic.Int64
			files := []File{textFile("a.tf", "fine"), countedFile("infra/main.tf", 10, content, &open), textFile("z.tf", "fine")}
			c := answering(t, 200, `{"scan_id":"s"}`)
			_, err := c.SubmitTemplates(t.Context(), files, IaCOptions{})
			changed, ok := errors.AsType[*FileChangedError](err)
			if !ok {
				t.Fatalf("%v is not a FileChangedError", err)
			}
			if changed.Path != "infra/main.tf" || changed.Planned != 10 || changed.Got != int64(min(len(content), 11)) {
				t.Errorf("%+v", changed)
			}
			says := fmt.Sprintf("planned 10 bytes, read %d bytes", len(content))
			if len(content) > 10 {
				says = "planned 10 bytes, read more"
			}
			if !strings.HasSuffix(changed.Error(), says) {
				t.Errorf("%v, want %s", changed, says)
			}
			if e, ok := errors.AsType[*transport.Error](err); !ok || e.Class != transport.ClassInput || e.Attempts != 1 {
				t.Errorf("%+v", e)
			}
			for _, want := range []string{"infra/main.tf: changed during the run: planned 10 bytes", "POST http://optix.example/api/v1/iac/scan"} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("no %q in: %v", want, err)
				}
			}
			if f := Explain(err, testNames()); f.Cause != result.CauseUnreadable || !strings.Contains(f.Fix, "run again") {
				t.Errorf("%+v", f)
			}
			if open.Load() != 0 {
				t.Errorf("%d files left open", open.Load())
			}
		})
	}
}

func TestFileCannotBeOpened(t *testing.T) {
	t.Parallel()
	f := File{Path: "x.tf", Size: 3, Open: func() (io.ReadCloser, error) { return nil, fs.ErrPermission }}
	_, err := answering(t, 200, "{}").SubmitTemplates(t.Context(), []File{f}, IaCOptions{})
	if !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "upload: x.tf: ") {
		t.Errorf("%v", err)
	}
}

func TestBodyClosesWhatItOpened(t *testing.T) {
	t.Parallel()
	var open atomic.Int64
	body, _, _ := Multipart([]File{countedFile("a", 1000, strings.Repeat("x", 1000), &open)})
	rc, _ := body()
	_, _ = io.ReadFull(rc, make([]byte, 300))
	if open.Load() != 1 {
		t.Fatal("the file is not open while it is read")
	}
	if err := rc.Close(); err != nil || open.Load() != 0 {
		t.Errorf("%d left open: %v", open.Load(), err)
	}
	unread, _ := body()
	if err := unread.Close(); err != nil {
		t.Error(err)
	}
	for _, closed := range []io.Reader{rc, unread} {
		if n, err := io.Copy(io.Discard, closed); n != 0 || err != nil || open.Load() != 0 {
			t.Errorf("a closed body returns %d bytes, %v, and opens %d files", n, err, open.Load())
		}
	}
}

// A request that is refused early leaves no file open.
func TestRefusedUploadClosesFiles(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var open atomic.Int64
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Connection", "close")
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		})
		big := strings.Repeat("x", 2<<20)
		_, err := c.SubmitTemplates(t.Context(), []File{countedFile("a.tf", int64(len(big)), big, &open)}, IaCOptions{})
		if f := Explain(err, testNames()); !errors.Is(err, ErrTooLarge) || f.Cause != result.CauseTooLarge || !strings.Contains(f.Fix, "--exclude") {
			t.Errorf("%v: %+v", err, f)
		}
		synctest.Wait()
		if open.Load() != 0 {
			t.Errorf("%d files left open", open.Load())
		}
	})
}
