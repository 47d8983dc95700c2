package namespace

import "unicode"

// length is the room that a text takes on a terminal, in columns.
func length(text string) int {
	n := 0
	for _, r := range text {
		n += columns(r)
	}
	return n
}

// cut is as much of a text as fits into so many columns.
func cut(text string, width int) string {
	if length(text) <= width {
		return text
	}
	n := 0
	for i, r := range text {
		if n += columns(r); n >= width {
			return text[:i] + "…"
		}
	}
	return text
}

// columns is how many columns a character takes: two where Unicode has it wide
// (East_Asian_Width W and F, in whole blocks), none where it is put over the one
// before it.
func columns(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case r >= 0x1100 && r <= 0x115f, // Hangul that is put together
		r >= 0x2e80 && r <= 0xa4cf && r != 0x303f, // CJK, kana, Yi
		r >= 0xac00 && r <= 0xd7a3,                // Hangul
		r >= 0xf900 && r <= 0xfaff,                // CJK for compatibility
		r >= 0xfe30 && r <= 0xfe6f,
		r >= 0xff01 && r <= 0xff60, r >= 0xffe0 && r <= 0xffe6, // full width
		r >= 0x1f300 && r <= 0x1faff, // pictures
		r >= 0x20000 && r <= 0x3fffd:
		return 2
	}
	return 1
}
