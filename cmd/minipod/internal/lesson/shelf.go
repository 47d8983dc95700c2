package lesson

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

//go:embed lessons
var lessons embed.FS

// Languages are those that minipod's own lessons are written in, by their
// ISO 639 codes; the first is the default.
func Languages() []string { return []string{"en", "zh"} }

// Own are minipod's own lessons in a language, in their order.
func Own(language string) ([]*Lesson, error) {
	folder, err := fs.Sub(lessons, path.Join("lessons", language))
	if err != nil {
		return nil, err
	}
	return Read(folder)
}

// Read are the lessons of a folder, in the order of their names. One that
// cannot be read is Broken, and in nobody's way.
func Read(folder fs.FS) ([]*Lesson, error) {
	names, err := fs.Glob(folder, "*.md")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var all []*Lesson
	for _, name := range names {
		l, err := read(folder, name)
		if err != nil {
			l = &Lesson{Name: strings.TrimSuffix(name, ".md"), Broken: err}
		}
		all = append(all, l)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("there is no lesson, a file whose name ends in .md")
	}
	return all, nil
}

func read(folder fs.FS, name string) (*Lesson, error) {
	data, err := fs.ReadFile(folder, name)
	if fault := (*fs.PathError)(nil); errors.As(err, &fault) {
		err = fault.Err
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return Parse(name, data)
}

// Find is the lesson of a number, counted from 1, or of a name: all of it, or
// what follows its number.
func Find(all []*Lesson, word string) (*Lesson, bool) {
	if n, err := strconv.Atoi(word); err == nil && n >= 1 && n <= len(all) {
		return all[n-1], true
	}
	i := slices.IndexFunc(all, func(l *Lesson) bool {
		_, short, _ := strings.Cut(l.Name, "-")
		return l.Name == word || short == word
	})
	if i < 0 {
		return nil, false
	}
	return all[i], true
}
