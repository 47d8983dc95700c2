package namespace

import "testing"

// A Chinese character takes two columns of a terminal.
func TestWidth(t *testing.T) {
	for text, want := range map[string]int{"": 0, "sh -c": 5, "你好，世界": 10, "日本語のテスト": 14, "한국어": 6, "e\u0301": 1, "●─…": 3, "ＡＢ": 4, "🚀": 2} {
		if got := length(text); got != want {
			t.Errorf("%q takes %d columns, want %d", text, got, want)
		}
	}
	for text, want := range map[string]string{"你好世界": "你好…", "a你好世界": "a你好…", "你好世": "你好世", "abcdefgh": "abcde…"} {
		if got := cut(text, 6); got != want {
			t.Errorf("%q is cut to %q, want %q", text, got, want)
		}
	}
}
