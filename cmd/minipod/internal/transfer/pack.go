// Package transfer packs local files into tar archives and unpacks archives
// into local folders, for cp: files, folders, symlinks, of any size.
package transfer

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// Pack writes what is at a local path as an archive in which it has another
// name; "." is the contents of a folder. What it holds belongs to root there,
// as docker cp has it. skipped is told of the devices, sockets and
// pipes, which are left out.
func Pack(w io.Writer, from, name string, skipped func(at string)) error {
	archive := tar.NewWriter(w)
	err := filepath.WalkDir(from, func(at string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, at)
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if !Copied(info.Mode()) {
			skipped(at)
			return nil
		}
		return add(archive, at, path.Join(name, filepath.ToSlash(rel)), info)
	})
	if err != nil {
		return fmt.Errorf("read %s: %w", from, err)
	}
	return archive.Close()
}

// Copied reports whether what has a mode is copied: a file, a folder or a
// link.
func Copied(mode fs.FileMode) bool {
	return mode.IsRegular() || mode.IsDir() || mode&fs.ModeSymlink != 0
}

// add writes one entry.
func add(archive *tar.Writer, at, name string, info fs.FileInfo) error {
	mode := info.Mode()
	link := ""
	if mode&fs.ModeSymlink != 0 {
		var err error
		if link, err = os.Readlink(at); err != nil {
			return err
		}
	}
	header, err := tar.FileInfoHeader(info, filepath.ToSlash(link))
	if err != nil {
		return err
	}
	header.Name, header.Format = name, tar.FormatPAX
	header.Uid, header.Gid, header.Uname, header.Gname = 0, 0, "", ""
	if mode.IsDir() {
		header.Name += "/"
	}
	if err := archive.WriteHeader(header); err != nil || !mode.IsRegular() {
		return err
	}
	file, err := os.Open(at)
	if err != nil {
		return err
	}
	defer file.Close()
	// A file that grows meanwhile is taken as long as it was.
	n, err := io.Copy(archive, io.LimitReader(file, header.Size))
	if err == nil && n < header.Size {
		err = errors.New(at + " was cut short while it was read")
	}
	return err
}
