package diagnose

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/minipod/minipod/runtime/event"
)

// holding are the lines that hold one of some phrases, whatever their case,
// each once.
func holding(lines []string, phrases ...string) []string {
	var found []string
	for _, line := range lines {
		if holds(line, phrases...) && !slices.Contains(found, line) {
			found = append(found, line)
		}
	}
	return found
}

// lower is a line in small letters, byte for byte, whatever its encoding.
func lower(line string) string {
	small := []byte(line)
	for i, b := range small {
		if b >= 'A' && b <= 'Z' {
			small[i] = b + 'a' - 'A'
		}
	}
	return string(small)
}

func holds(line string, phrases ...string) bool {
	lower := strings.ToLower(line)
	return slices.ContainsFunc(phrases, func(p string) bool { return strings.Contains(lower, p) })
}

// tokens are the words of a line without what programs put around them.
func tokens(line string) []string {
	return strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t\r\"'`()[]{}<>,;=|", r) })
}

// paths are the absolute paths in a line.
func paths(line string) []string {
	var found []string
	for _, word := range tokens(line) {
		path := strings.TrimRight(word, ":.")
		if strings.HasPrefix(path, "/") && len(path) > 1 && !slices.Contains(found, path) {
			found = append(found, path)
		}
	}
	return found
}

// quoted is the first text in quotes after a phrase of a line.
func quoted(line, after string) string {
	_, rest, found := strings.Cut(line, after)
	if !found {
		return ""
	}
	text, err := strconv.QuotedPrefix(rest)
	if err != nil {
		return ""
	}
	text, err = strconv.Unquote(text)
	if err != nil {
		return ""
	}
	return text
}

// portIn is the port that a line speaks of: at the end of its last address
// (0.0.0.0:80, [::]:80, :80), or behind the word port or an address of its own;
// 0 where there is none. What stands behind the name of a file is a line of it.
func portIn(line string) int {
	port, before := 0, ""
	for _, word := range tokens(line) {
		word = strings.TrimRight(word, ":.?!")
		i := strings.LastIndex(word, ":")
		address, number := before, word
		if i >= 0 {
			address = word[strings.LastIndex(word[:i], "/")+1 : i]
			number, _, _ = strings.Cut(word[i+1:], "/")
		}
		if n, err := strconv.ParseUint(number, 10, 16); err == nil && n > 0 && (i >= 0 && isAddress(address) || i < 0 && (address == "port" || isIP(address))) {
			port = int(n)
		}
		before = strings.ToLower(word)
	}
	return port
}

// isAddress reports whether a word is what servers listen on: an IP address, or
// what stands for every one.
func isAddress(word string) bool {
	return word == "" || word == "*" || word == "localhost" || isIP(word)
}

func isIP(word string) bool {
	const digits = "0123456789"
	if strings.Contains(word, "::") {
		return strings.Trim(word, digits+"abcdefABCDEF:.") == ""
	}
	return strings.Count(word, ".") == 3 && strings.Trim(word, digits+".") == ""
}

// some are at most so many texts, each with a word in front.
func some(word string, texts []string, most int) []string {
	var list []string
	for _, t := range texts[max(0, len(texts)-most):] {
		list = append(list, word+": "+t)
	}
	return list
}

// nearest is the candidate that a word was most likely to be; empty where none
// is near.
func nearest(word string, candidates []string) string {
	best, least := "", 3 // one or two slips
	for _, c := range candidates {
		if d := distance(word, c); d < least && d < len(word)/2+1 {
			best, least = c, d
		}
	}
	return best
}

// distance is how many characters have to be put in, left out or exchanged.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for i := range row {
		row[i] = i
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := before
			if a[i] != b[j] {
				cost++
			}
			before = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// commandLine is a command as a shell reads it.
func commandLine(argv []string) string {
	var words []string
	for _, arg := range argv {
		words = append(words, word(arg))
	}
	return strings.Join(words, " ")
}

// word is one word of a shell, in quotes where it needs them.
func word(text string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=@%+,", r)
	}
	if text != "" && !strings.ContainsFunc(text, func(r rune) bool { return !plain(r) }) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// line is a text as one line of evidence: what a program ends it with is left
// out, and a tab is a blank.
func line(text string) string {
	return strings.ReplaceAll(strings.TrimSpace(text), "\t", " ")
}

// lines are texts as lines of evidence; none is a list too.
func lines(texts []string) []string {
	list := []string{}
	for _, t := range texts {
		list = append(list, line(t))
	}
	return list
}

// times says how often something happened.
func times(n int) string {
	if n == 1 {
		return "once"
	}
	return strconv.Itoa(n) + " times"
}

// eventText is an event as a line of evidence.
func eventText(e event.Event) string {
	return fmt.Sprintf("event %s, seen %s: %s", e.Reason, times(e.Count), e.Message)
}
