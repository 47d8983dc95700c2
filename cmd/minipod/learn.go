package main

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"al.essio.dev/pkg/shellescape"
	"github.com/spf13/cobra"
	"k8s.io/kubectl/pkg/util/term"

	"github.com/minipod/minipod/cmd/minipod/internal/lesson"
	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/cmd/minipod/internal/value"
)

type learnFlags struct {
	yes      bool
	dir      string
	language string
}

func newLearnCommand(io streams) *cobra.Command {
	f := &learnFlags{}
	cmd := &cobra.Command{
		Use:     "learn [LESSON]",
		Short:   "Learn what a pod is, in short lessons that run",
		GroupID: groupLook,
		Long: `learn lists short lessons; learn 3 goes through one of them. A lesson shows a
command, waits for Enter, runs it for real, says what to look at, and checks
that it came out so. What it makes has names that begin with learn-, and is
removed in the end, also after Ctrl-C.

A lesson is a Markdown file with commands and checks in it, and --dir has
learn take those of a folder: docs/lessons.md says how to write one.`,
		Example: `  minipod learn
  minipod learn 1
  minipod learn ports --yes`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("minipod learn "+args[0]+" goes through the first", "learn takes one lesson at a time, got %s", strings.Join(args, " "))
			}
			all, err := f.lessons()
			if err != nil {
				return err
			}
			if len(args) == 0 {
				f.list(io, all)
				return nil
			}
			l, ok := lesson.Find(all, args[0])
			if !ok {
				return usage("minipod learn lists them", "there is no lesson %q", args[0])
			}
			if l.Broken != nil {
				return f.broken(l)
			}
			return f.play(cmd, io, l)
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			return f.names(args), cobra.ShellCompDirectiveNoFileComp
		},
	}
	cmd.Flags().BoolVarP(&f.yes, "yes", "y", false, "wait for no Enter")
	cmd.Flags().StringVar(&f.dir, "dir", "", "take the lessons of a `FOLDER`")
	language := value.NewChoice(&f.language, lesson.Languages()...)
	cmd.Flags().Var(language, "lang", "the language of the lessons (default: that of the locale)")
	complete(cmd, "lang", lesson.Languages())
	return cmd
}

func (f *learnFlags) lessons() ([]*lesson.Lesson, error) {
	if f.dir == "" {
		return lesson.Own(f.in())
	}
	all, err := lesson.Read(os.DirFS(f.dir))
	if err != nil {
		return nil, fmt.Errorf("read the lessons in %s: %w", f.dir, err)
	}
	return all, nil
}

// in is the language: that of the flag, or of the locale.
func (f *learnFlags) in() string {
	if f.language != "" {
		return f.language
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		locale := os.Getenv(name)
		if locale == "" {
			continue
		}
		for _, language := range lesson.Languages() {
			if strings.HasPrefix(locale, language) {
				return language
			}
		}
		break // the first that is set counts
	}
	return lesson.Languages()[0]
}

// broken says what is wrong with a lesson, and in which file.
func (f *learnFlags) broken(l *lesson.Lesson) error {
	return errors.New(filepath.Join(f.dir, l.Broken.Error()))
}

func (f *learnFlags) list(io streams, all []*lesson.Lesson) {
	c := tell.NewConsole(io.err)
	for i, l := range all {
		if l.Broken != nil {
			c.Warn(fmt.Sprintf("lesson %d cannot be read: %s", i+1, f.broken(l)))
			continue
		}
		tell.Result(io.out, "%2d  %s", i+1, l.Title)
	}
	c.Hint("minipod learn 1" + f.again() + " begins with the first")
}

// again are the flags that a command needs to find the same lessons.
func (f *learnFlags) again() string {
	words := ""
	if f.dir != "" {
		words += " --dir " + shellescape.Quote(f.dir)
	}
	if f.language != "" {
		words += " --lang " + f.language
	}
	return words
}

func (f *learnFlags) names(args []string) []string {
	all, err := f.lessons()
	if err != nil || len(args) > 0 {
		return nil
	}
	var names []string
	for _, l := range all {
		if l.Broken != nil {
			continue
		}
		_, short, _ := strings.Cut(l.Name, "-")
		names = append(names, short+"\t"+l.Title)
	}
	return names
}

// play goes through a lesson, once an engine answers.
func (f *learnFlags) play(cmd *cobra.Command, io streams, l *lesson.Lesson) error {
	e, err := connect()
	if err != nil {
		return err
	}
	_, err = e.Arch(cmd.Context())
	e.Close()
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	p := &lesson.Player{In: io.in, Out: io.out, Yes: f.yes, Program: program, Words: wordsIn(f.in())}
	if term.AllowsColorOutput(io.out) {
		p.Mark = func(text string) string { return "\x1b[1m" + text + "\x1b[0m" }
	}
	// A lesson whose reader is gone has to clean up: the write fails then, and
	// the signal does not end the process. Ignored, commands would inherit that.
	// Nor does a second Ctrl-C, that comes while it cleans up.
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGPIPE, syscall.SIGINT, syscall.SIGTERM)
	defer signal.Stop(signals)
	err = p.Play(cmd.Context(), l)
	if errors.Is(err, syscall.EPIPE) {
		return codeError(exitSignal + int(syscall.SIGPIPE))
	}
	if missing := (*lesson.MissingError)(nil); errors.As(err, &missing) {
		return &notInstalledError{missing}
	}
	if errors.Is(err, lesson.ErrNobody) {
		return &hintedError{err, "minipod learn " + l.Name + f.again() + " --yes waits for no Enter"}
	}
	return err
}

// notInstalledError is a MissingError that knows what to do.
type notInstalledError struct{ *lesson.MissingError }

func (e *notInstalledError) Unwrap() error { return e.MissingError }

func (e *notInstalledError) Hint() string { return "install " + e.Program + ", or take another lesson" }

func wordsIn(language string) lesson.Words {
	if language == "zh" {
		return lesson.Words{Run: "[按回车运行]", Think: "[想一想，再按回车]", Right: "✓ 结果与课文一致", CleanedUp: "本课创建的内容已清理。"}
	}
	return lesson.Words{
		Run: "[Enter runs it]", Think: "[think, then press Enter]",
		Right: "✓ it came out as the lesson says", CleanedUp: "What the lesson made is removed.",
	}
}
