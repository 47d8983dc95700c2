package transfer

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// Unpack writes an archive into a local folder, which is there, its topmost
// entry under another name; "." is the folder itself. Nothing is written
// outside of the folder, whatever the archive and the folder hold. skipped is
// told of the devices, sockets and pipes, which are left out.
func Unpack(r io.Reader, folder, name string, skipped func(at string)) error {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	archive := tar.NewReader(r)
	folders := map[string]*tar.Header{}
	for {
		header, err := archive.Next()
		switch {
		case errors.Is(err, io.EOF):
			return finish(root, folders)
		case err != nil:
			return fmt.Errorf("read the archive: %w", err)
		}
		to := renamed(header.Name, name)
		err = put(root, to, renamed(header.Linkname, name), header, archive)
		switch {
		case errors.Is(err, errNotCopied):
			skipped(filepath.Join(folder, to))
		case err != nil:
			return fmt.Errorf("write %s: %w", filepath.Join(folder, to), err)
		}
		if header.Typeflag == tar.TypeDir {
			folders[to] = header
		}
	}
}

// renamed is the name of an entry with another first part.
func renamed(entry, name string) string {
	_, rest, _ := strings.Cut(strings.TrimPrefix(path.Clean("/"+entry), "/"), "/")
	return filepath.FromSlash(path.Join(name, rest))
}

// put writes one entry; what is in its way and is no folder goes.
func put(root *os.Root, to, linked string, header *tar.Header, data io.Reader) error {
	switch header.Typeflag {
	case tar.TypeDir:
		// It has to be writable until what is in it is written.
		err := root.Mkdir(to, header.FileInfo().Mode().Perm()|0o700)
		if errors.Is(err, fs.ErrExist) {
			info, statErr := root.Stat(to)
			if statErr == nil && info.IsDir() {
				return nil
			}
		}
		return err
	case tar.TypeReg:
		return putFile(root, to, header, data)
	case tar.TypeSymlink, tar.TypeLink:
		if err := clear(root, to); err != nil {
			return err
		}
		if header.Typeflag == tar.TypeLink {
			return root.Link(linked, to)
		}
		return root.Symlink(header.Linkname, to)
	}
	return errNotCopied
}

// errNotCopied says that an entry is a device, a socket or a pipe.
var errNotCopied = errors.New("neither a file, a folder nor a link")

// clear takes away what is in the way of an entry.
func clear(root *os.Root, to string) error {
	if err := root.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func putFile(root *os.Root, to string, header *tar.Header, data io.Reader) error {
	if info, err := root.Lstat(to); err == nil && !info.Mode().IsRegular() {
		if err := clear(root, to); err != nil { // what a symlink leads to is left as it is
			return err
		}
	}
	mode := header.FileInfo().Mode().Perm()
	file, err := root.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, mode|0o200)
	if err != nil {
		return err
	}
	err = copySparse(file, data, header.Size)
	if err = errors.Join(err, file.Chmod(mode), file.Close()); err != nil {
		return errors.Join(err, root.Remove(to)) // half a file under its name is worse than none
	}
	return root.Chtimes(to, time.Time{}, header.ModTime)
}

// block is how much of a file is looked at at once: one of zeros alone becomes
// a hole.
const block = 64 << 10

// copySparse writes a file so that long runs of zeros take no room.
func copySparse(file *os.File, data io.Reader, size int64) error {
	buf, zeros := make([]byte, block), make([]byte, block)
	var done int64
	for {
		n, err := io.ReadFull(data, buf)
		done += int64(n)
		if n > 0 {
			if bytes.Equal(buf[:n], zeros[:n]) {
				_, seekErr := file.Seek(int64(n), io.SeekCurrent)
				err = errors.Join(seekErr, unlessEnd(err))
			} else {
				_, writeErr := file.Write(buf[:n])
				err = errors.Join(writeErr, unlessEnd(err))
			}
		} else {
			err = unlessEnd(err)
		}
		if err != nil {
			return err
		}
		switch {
		case n == len(buf):
		case done < size:
			return io.ErrUnexpectedEOF
		default:
			return file.Truncate(size) // the last run may be a hole
		}
	}
}

func unlessEnd(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// finish gives the folders their modes and times, now that all is in them.
func finish(root *os.Root, folders map[string]*tar.Header) error {
	var errs []error
	for name, header := range folders {
		errs = append(errs, root.Chmod(name, header.FileInfo().Mode().Perm()), root.Chtimes(name, time.Time{}, header.ModTime))
	}
	return errors.Join(errs...)
}
