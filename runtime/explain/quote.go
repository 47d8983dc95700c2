package explain

import (
	"fmt"
	"strings"
	"unicode"

	"al.essio.dev/pkg/shellescape"

	"github.com/minipod/minipod/runtime/translate"
)

// words quotes words for sh. In the place of the pod's UID stands $uid, and
// in that of a late value what finds it out.
type words struct {
	uid   string
	pause string                    // its name
	late  func(token string) string // for between double quotes
}

// quote is a word for sh.
func (w words) quote(word string) string {
	var text strings.Builder
	for i, part := range translate.CutTokens(word) {
		if i%2 == 1 {
			text.WriteString(`"` + w.late(part) + `"`)
			continue
		}
		for j, literal := range strings.Split(part, w.uid) {
			if j > 0 {
				text.WriteString(`"$uid"`)
			}
			text.WriteString(literally(literal))
		}
	}
	if text.Len() == 0 {
		return "''"
	}
	return text.String()
}

// operand is a word that stands where docker looks for flags as well.
func (w words) operand(word string) string {
	if strings.HasPrefix(word, "-") {
		return "-- " + w.quote(word)
	}
	return w.quote(word)
}

// literally is a text for sh, empty for an empty one. What a terminal would
// act on is named by its bytes: a script is also read.
func literally(text string) string {
	var out strings.Builder
	for text != "" {
		n := strings.IndexFunc(text, acts)
		switch {
		case n < 0:
			n = len(text)
			fallthrough
		case n > 0:
			out.WriteString(shellescape.Quote(text[:n]))
		default:
			if n = strings.IndexFunc(text, harmless); n < 0 {
				n = len(text)
			}
			out.WriteString(named(text[:n]))
		}
		text = text[n:]
	}
	return out.String()
}

// acts tells whether a character is not only shown: control characters, and
// those that turn the order of others about. Bytes that are no character are
// U+FFFD here.
func acts(r rune) bool {
	return r != '\n' && r != '\t' && !unicode.IsPrint(r) && !unicode.Is(unicode.Zs, r) || r == unicode.ReplacementChar
}

func harmless(r rune) bool { return !acts(r) }

// named has printf write the bytes of a text.
func named(text string) string {
	var octal strings.Builder
	for i := range len(text) {
		fmt.Fprintf(&octal, `\%03o`, text[i])
	}
	return `"$(printf '` + octal.String() + `')"`
}

// comment is a text for one line of a comment.
func comment(text string) string {
	return strings.Map(func(r rune) rune {
		if acts(r) {
			return unicode.ReplacementChar
		}
		return r
	}, strings.Join(strings.Fields(text), " "))
}
